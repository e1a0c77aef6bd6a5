import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { after, beforeEach, type TestContext, test } from 'node:test'
import pg from 'pg'
import { startCluster } from '../support/cluster.ts'
import { type RunningProgram, until } from '../support/process.ts'
import type { Received } from '../support/send.ts'
import { getProfile, personOf, prepareNodes, setProfile, tokenOf } from '../support/served-nodes.ts'
import { readTitles } from '../support/written.ts'

/** What a whole node answers while something is wrong with its database, and that it needs nobody to go on. */

const cluster = await startCluster()
after(() => cluster.stop())
beforeEach(async () => {
  await cluster.addStandby()
  cluster.lead('primary')
})

test('over failovers and a restart, a node answers every call in Slack’s form, keeps what it acknowledged, and writes nothing that it refused', async (t) => {
  const { node, databaseUrl } = await startNode(t, 400)
  const load = startLoad(node, 400)
  await load.until(100)
  await cluster.promote()
  await cluster.addStandby()
  await load.until(load.acknowledged.size + 100)
  await cluster.restartPrimary()
  await load.until(load.acknowledged.size + 100)
  await cluster.killPrimary()
  await load.untilRefused()
  await cluster.promote()
  await cluster.addStandby()
  await load.until(load.acknowledged.size + 1)
  await load.stop()
  await load.check(databaseUrl)
  t.diagnostic(`${load.acknowledged.size} acknowledged, ${load.refused.size} refused, ${load.unknown.size} unknown`)
})

for (const when of ['before', 'after'] as const) {
  test(`where the connection breaks ${when} the database has committed, the answer is fatal_error`, async (t) => {
    const { node, databaseUrl } = await startNode(t, 2)
    // A node commits for its own purposes too, and counts the call in a transaction of its own.
    const broken = cluster.proxy.breakNextCommit(when, 'log_heads')
    const answer = await setProfile(node, { token: tokenOf(0), profile: { title: 'unknown' } })
    await broken
    assert.equal(answer.status, 200)
    assert.equal(answer.json.error, 'fatal_error')
    const { logged } = await readTitles(databaseUrl)
    assert.equal(logged.length, when === 'after' ? 1 : 0)
    assertOk(await setProfile(node, { token: tokenOf(0), profile: { title: 'again' } }))
  })
}

test('without a database, calls are service_unavailable, and soon after it is back they pass', async (t) => {
  const { node } = await startNode(t, 2)
  await cluster.killPrimary()
  for (const answer of [await set(node, 'refused'), await getProfile(node, tokenOf(0))]) assertUnavailable(answer)
  await cluster.promote()
  await cluster.addStandby()
  await untilOk(() => set(node, 'again'))
  assert.equal((await getProfile(node, tokenOf(0))).json.profile.title, 'again')
})

test('a row that somebody else holds makes its calls service_unavailable, and others wait for them and pass', async (t) => {
  const { node, databaseUrl } = await startNode(t, 2)
  const other = new pg.Client({ connectionString: databaseUrl })
  await other.connect()
  await other.query('begin')
  await other.query('select id from users where id = $1 for update', [personOf(0)])
  assertUnavailable(await set(node, 'refused'))
  assertOk(await setProfile(node, { token: tokenOf(1), profile: { title: 'beside' } }))
  await other.query('rollback')
  await other.end()
  await untilOk(() => set(node, 'again'))
  assert.deepEqual(await titles(databaseUrl), ['again', 'beside'])
})

test('a database that only reads takes no write, and no read that it cannot count', async (t) => {
  const { node, databaseUrl } = await startNode(t, 2)
  assertOk(await set(node, 'before'))
  const name = new URL(databaseUrl).pathname.slice(1)
  await cluster.query(`alter database ${name} set default_transaction_read_only = on`)
  cluster.proxy.cut()
  await until(async () => ((await set(node, 'refused')).status === 503 ? true : undefined))
  const read = await getProfile(node, tokenOf(0))
  if (read.json.ok !== true) assertUnavailable(read)
  else assert.equal(read.json.profile.title, 'before')
  await cluster.query(`alter database ${name} reset default_transaction_read_only`)
  cluster.proxy.cut()
  await untilOk(() => set(node, 'again'))
  assert.deepEqual(await titles(databaseUrl), ['again'])
})

test('a database without room makes writes service_unavailable', async (t) => {
  const { node, databaseUrl } = await startNode(t, 2)
  const on = (text: string) => cluster.query(text, new URL(databaseUrl).pathname.slice(1))
  // As the server says it of a full disk; a disk that is full has a test of its own.
  await on(`create function full_disk() returns trigger language plpgsql as
    'begin raise exception ''No space left on device'' using errcode = ''disk_full''; end';
    create trigger full_disk before insert on log execute function full_disk()`)
  assertUnavailable(await set(node, 'refused'))
  await on('drop trigger full_disk on log')
  assertOk(await set(node, 'again'))
  assert.deepEqual(await titles(databaseUrl), ['again'])
})

async function startNode(t: TestContext, people: number): Promise<{ node: RunningProgram; databaseUrl: string }> {
  const databaseUrl = await cluster.createDatabase()
  const node = await prepareNodes(t, { databaseUrl, people }).start()
  return { node, databaseUrl }
}

function set(node: RunningProgram, title: string): Promise<Received> {
  return setProfile(node, { token: tokenOf(0), profile: { title } })
}

function assertOk({ json, text }: Received): void {
  assert.equal(json.ok, true, text)
}

function assertUnavailable({ status, headers, json, text }: Received): void {
  assert.equal(status, 503, text)
  assert.equal(json.error, 'service_unavailable')
  assert.match(String(headers['retry-after']), /^[1-9]\d*$/)
}

function untilOk(call: () => Promise<Received>): Promise<unknown> {
  return until(async () => {
    const answer = await call()
    if (answer.json.ok === true) return true
    if (answer.json.error !== 'fatal_error' && answer.json.error !== 'ratelimited') assertUnavailable(answer)
    return undefined
  })
}

/** Titles of those who have one. */
async function titles(databaseUrl: string): Promise<readonly string[]> {
  const { people } = await readTitles(databaseUrl)
  return people
    .map(({ title }) => title)
    .filter((title) => title !== '')
    .toSorted()
}

/** Sixteen callers who write to one person after the other, each person as often as limits allow. */
function startLoad(node: RunningProgram, people: number) {
  const acknowledged = new Set<string>()
  const refused = new Set<string>()
  const unknown = new Set<string>()
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  let isRunning = true
  let next = 0
  const call = async () => {
    while (isRunning) {
      const number = next++
      const index = number % people
      const title = `${personOf(index)} ${number}`
      const answer = await setProfile(node, { token: tokenOf(index), profile: { title }, agent })
      const { json } = answer
      if (json.ok === true) acknowledged.add(title)
      else if (json.error === 'fatal_error') unknown.add(title)
      else {
        if (json.error !== 'ratelimited') assertUnavailable(answer)
        refused.add(title)
        // Else calls that are refused at once would use up what the limits leave.
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
  const calling = Array.from({ length: 16 }, call)
  const failed = Promise.all(calling).then(() => undefined)
  failed.catch(() => {})
  const reach = (holds: () => boolean) =>
    Promise.race([failed, until(() => (holds() ? true : undefined), node.stderr, 60_000)])
  return {
    acknowledged,
    refused,
    unknown,
    until: (count: number) => reach(() => acknowledged.size >= count),
    untilRefused: () => {
      const before = refused.size
      return reach(() => refused.size > before)
    },
    stop: async () => {
      isRunning = false
      await failed
      agent.destroy()
    },
    check: async (url: string) => {
      const { logged } = await readTitles(url)
      const stored = new Set(logged.map(({ title }) => title))
      assert.equal(stored.size, logged.length, 'nothing is written twice')
      for (const title of acknowledged) assert.ok(stored.has(title), `${title} was acknowledged`)
      for (const title of refused) assert.ok(!stored.has(title), `${title} was refused`)
      for (const title of stored) assert.ok(acknowledged.has(title) || unknown.has(title), title)
    },
  }
}
