import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { conformance } from '../../src/storage/conformance/conformance.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import { digestWith } from '../../src/storage/token-keys.ts'
import { need } from '../support/need.ts'
import { CONNECTIONS_PER_DATABASE, startPgBouncer } from '../support/pgbouncer.ts'
import { startPostgres } from '../support/postgres.ts'
import { getProfile, personOf, prepareNodes, setProfile, tokenOf } from '../support/served-nodes.ts'
import { startSubscriber } from '../support/subscriber.ts'

/** Everything through PgBouncer in transaction mode: a connection belongs to whoever has a transaction on it. */

const tokenDigest = digestWith(Buffer.alloc(32, 1))
let program: string | undefined
await test('PgBouncer is there', (t) => {
  program = need(t, 'pgbouncer', 'pgbouncer')
})
if (program !== undefined) await testBehind(program)

async function testBehind(bouncer: string): Promise<void> {
  const server = await startPostgres({ max_connections: '300' })
  const stops: (() => unknown)[] = []
  after(async () => {
    for (const stop of stops.toReversed()) await stop()
    await server.stop()
  })
  const { urlOf } = await startPgBouncer({ after: (stop) => stops.push(stop) }, bouncer, await server.createDatabase())

  conformance('PostgreSQL behind PgBouncer', {
    isDurable: true,
    make: async () => {
      const url = urlOf(await server.createDatabase())
      return { open: (limits = {}) => openPostgres({ url, tokenDigest, limits }), remove: () => {} }
    },
  })

  test('two nodes behind PgBouncer see each other’s changes, tell an app of all, and leave connections as they were', async (t) => {
    const databaseUrl = urlOf(await server.createDatabase())
    const subscriber = await startSubscriber(t)
    const people = 20
    const nodes = prepareNodes(t, { databaseUrl, people, requestUrl: subscriber.url })
    const pair = [await nodes.start(), await nodes.start()] as const
    for (let round = 0; round < 4; round += 1) {
      const [writer, reader] = round % 2 === 0 ? pair : pair.toReversed()
      assert.ok(writer && reader)
      await Promise.all(
        Array.from({ length: people }, async (_, index) => {
          const title = `${personOf(index)} ${round}`
          const set = await setProfile(writer, { token: tokenOf(index), profile: { title } })
          assert.equal(set.json.ok, true, set.text)
          assert.equal((await getProfile(reader, tokenOf(index))).json.profile.title, title)
        }),
      )
    }
    await subscriber.until(people * 4)
    const told = new Set(subscriber.arrived.map(({ json }) => json.event.user.profile.title))
    assert.equal(told.size, people * 4)
    for (const settings of await readSettings(databaseUrl)) assert.deepEqual(settings, ['on', '0', '0', '0'])
    for (const node of pair) assert.deepEqual(await node.stop(), { code: 0, signal: null })
  })
}

/** Of every connection that the pooler has: while all are held, each client has another one. */
async function readSettings(url: string): Promise<readonly unknown[]> {
  const clients = Array.from({ length: CONNECTIONS_PER_DATABASE }, () => new pg.Client({ connectionString: url }))
  try {
    return await Promise.all(
      clients.map(async (client) => {
        await client.connect()
        await client.query('begin')
        const { rows } = await client.query({ text: SETTINGS, rowMode: 'array' })
        return rows[0]
      }),
    )
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}

const SETTINGS = `
  select
    current_setting('synchronous_commit'),
    current_setting('statement_timeout'),
    current_setting('lock_timeout'),
    current_setting('idle_in_transaction_session_timeout')`
