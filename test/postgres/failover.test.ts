import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { refuse } from '../../src/domain/errors.ts'
import type { UserId } from '../../src/domain/ids.ts'
import { ADA, BOB, keyFor, setTitle, TEAM, team, user } from '../../src/storage/conformance/people.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import { OutcomeUnknown, StorageUnavailable, type Store } from '../../src/storage/store.ts'
import { startCluster } from '../support/cluster.ts'
import { until } from '../support/process.ts'
import { readTitles, Written } from '../support/written.ts'

/** A store whose primary has a synchronous standby, and whose URL leads to whoever is the primary. */

const cluster = await startCluster()
after(() => cluster.stop())
beforeEach(async () => {
  // Else a test that fails would leave the next ones waiting.
  await cluster.addStandby()
  cluster.lead('primary')
})

const PEOPLE = Array.from({ length: 20 }, (_, index) => `U0P${index + 100}` as UserId)

test('three primaries that die under load lose no answered write, and the store goes on with each new one', async () => {
  const { store, url } = await openFilled()
  const written = new Written()
  const load = startLoad(store, written)
  for (let round = 0; round < 3; round += 1) {
    await load.until(written.done.size + 200)
    await cluster.killPrimary()
    await load.turns(PEOPLE.length)
    await cluster.promote()
    await cluster.addStandby()
    await load.until(written.done.size + 1)
  }
  await load.stop()
  await written.check(url)
  await store.close()
})

test('a primary that is started anew under load costs no answered write', async () => {
  const { store, url } = await openFilled()
  const written = new Written()
  const load = startLoad(store, written)
  await load.until(200)
  await cluster.restartPrimary()
  await load.until(written.done.size + 1)
  await load.stop()
  await written.check(url)
  await store.close()
})

for (const when of ['before', 'after'] as const) {
  test(`where the connection breaks ${when} the server has committed, the outcome is unknown`, async () => {
    const { store, url } = await openFilled()
    const broken = cluster.proxy.breakNextCommit(when)
    const change = store.change(keyFor(ADA), setTitle('unknown'))
    change.catch(() => {})
    const judged = store.change(keyFor(BOB), () => refuse('too_long'))
    judged.catch(() => {})
    await broken
    await assert.rejects(change, OutcomeUnknown)
    await assert.rejects(judged, StorageUnavailable)
    await store.change(keyFor(ADA), setTitle('again'))
    assert.deepEqual(await titles(url), when === 'after' ? ['unknown', 'again'] : ['again'])
    await store.close()
  })
}

test('a commit that somebody stops from waiting for the standby is told as unknown', async () => {
  const { store, url } = await openFilled()
  await cluster.stopStandby()
  const change = store.change(keyFor(ADA), setTitle('local'))
  change.catch(() => {})
  const waiting = "from pg_stat_activity where application_name = 'nametag' and wait_event = 'SyncRep'"
  await until(async () => (await cluster.query(`select pid ${waiting}`))[0])
  await cluster.query(`select pg_cancel_backend(pid) ${waiting}`)
  await assert.rejects(change, OutcomeUnknown)
  assert.deepEqual(await titles(url), ['local'])
  await cluster.addStandby()
  await store.change(keyFor(ADA), setTitle('again'))
  await store.close()
})

test('calls that wait for a standby that never comes are told that their outcome is unknown, and the rest is refused', async () => {
  const { store, url } = await openFilled()
  await cluster.stopStandby()
  const written = new Written()
  const first = written.write(store, ADA, 'first')
  await until(async () => (await cluster.query("select 1 from pg_stat_activity where wait_event = 'SyncRep'"))[0])
  const second = written.write(store, ADA, 'second')
  await Promise.all([first, second])
  assert.deepEqual([...written.unknown], ['first'])
  assert.deepEqual([...written.refused], ['second'])
  await cluster.addStandby()
  await writeAgain(store, ADA)
  assert.deepEqual(await titles(url), ['first', 'again'])
  await store.close()
})

for (const [code, outcome] of [
  ['40003', OutcomeUnknown],
  ['XX000', OutcomeUnknown],
  ['53100', StorageUnavailable],
] as const) {
  test(`a commit that fails with ${code} is told as ${outcome.name}`, async () => {
    const { store, url } = await openFilled()
    const on = (text: string) => cluster.query(text, new URL(url).pathname.slice(1))
    // Distributed engines answer so; here the server is made to.
    await on(`create function fail() returns trigger language plpgsql as
      'begin raise exception ''at commit'' using errcode = ''${code}''; end';
      create constraint trigger failing after insert on log deferrable initially deferred
        for each row execute function fail()`)
    await assert.rejects(store.change(keyFor(ADA), setTitle('lost')), outcome)
    await on('drop trigger failing on log')
    await store.change(keyFor(ADA), setTitle('again'))
    assert.deepEqual(await titles(url), ['again'])
    await store.close()
  })
}

test('a network that swallows everything keeps calls waiting for some seconds, and no longer than it lasts', async () => {
  const { store, url } = await openFilled()
  await Promise.all(PEOPLE.map((userId) => store.findUser(TEAM, userId)))
  cluster.proxy.silence()
  const written = new Written()
  const silent = PEOPLE.map((userId) => written.write(store, userId, `${userId} in the dark`))
  cluster.proxy.resume()
  await Promise.all(silent)
  await written.check(url)
  // Other connections of the store are as dead, and nobody waits for them.
  await store.change(keyFor(ADA), setTitle('again'))
  assert.equal((await store.findUser(TEAM, ADA))?.profile.title, 'again')
  await store.close()
})

test('a server that is set to only read takes no write until that is over', async () => {
  const { store, url } = await openFilled()
  await cluster.query('alter system set default_transaction_read_only = on')
  await cluster.query('select pg_reload_conf()')
  await until(() =>
    store.change(keyFor(ADA), setTitle('refused')).then(
      () => undefined,
      (error: Error) => error,
    ),
  )
  await assert.rejects(store.change(keyFor(ADA), setTitle('refused')), StorageUnavailable)
  assert.equal((await store.findUser(TEAM, BOB))?.id, BOB)
  await cluster.query('alter system reset default_transaction_read_only')
  await cluster.query('select pg_reload_conf()')
  await until(() => store.change(keyFor(ADA), setTitle('again')).catch(() => undefined))
  assert.equal((await titles(url)).at(-1), 'again')
  await store.close()
})

test('connections that lead to a standby take no write, and are given up as soon as new ones lead to the primary', async () => {
  const { store, url } = await openFilled()
  cluster.lead('standby')
  cluster.proxy.cut()
  await assert.rejects(store.change(keyFor(ADA), setTitle('refused')), StorageUnavailable)
  assert.equal((await store.findUser(TEAM, BOB))?.id, BOB)
  cluster.lead('primary')
  await store.change(keyFor(ADA), setTitle('again'))
  assert.deepEqual(await titles(url), ['again'])
  await store.close()
})

test('connections that the server closes for being idle are not missed', async () => {
  await cluster.query('create role idler login')
  const { store, url } = await openFilled('idler')
  await cluster.query("alter role idler set idle_session_timeout = '1s'")
  cluster.proxy.cut()
  const idle = "select 1 from pg_stat_activity where usename = 'idler' and application_name = 'nametag'"
  for (const title of ['a', 'b', 'c']) {
    await store.change(keyFor(ADA), setTitle(title))
    await until(async () => ((await cluster.query(idle)).length === 0 ? true : undefined))
  }
  assert.deepEqual(await titles(url), ['a', 'b', 'c'])
  await store.close()
})

test('a server that has no connection to give refuses calls until it has one', async () => {
  await cluster.query('create role app login')
  const { store, url } = await openFilled('app')
  await cluster.query('alter role app connection limit 0')
  cluster.proxy.cut()
  await assert.rejects(store.change(keyFor(ADA), setTitle('refused')), StorageUnavailable)
  await assert.rejects(store.findUser(TEAM, ADA), StorageUnavailable)
  await cluster.query('alter role app connection limit -1')
  await store.change(keyFor(ADA), setTitle('again'))
  assert.deepEqual(await titles(url), ['again'])
  await store.close()
})

interface Load {
  /** Resolves when so many writes are done. */
  until(done: number): Promise<unknown>
  /** Resolves when so many more calls have been answered, however. */
  turns(count: number): Promise<unknown>
  stop(): Promise<void>
}

/** Each person is written to again and again. */
function startLoad(store: Store, written: Written): Load {
  let isRunning = true
  let answers = 0
  const writing = PEOPLE.map(async (userId) => {
    for (let number = 0; isRunning; number += 1) {
      await written.write(store, userId, `${userId} ${number}`)
      answers += 1
      // Where the database is away, the answer comes at once.
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
  const reach = (holds: () => boolean) => until(() => (holds() ? true : undefined), undefined, 60_000)
  return {
    until: (done) => reach(() => written.done.size >= done),
    turns: (count) => {
      const goal = answers + count
      return reach(() => answers >= goal)
    },
    stop: async () => {
      isRunning = false
      await Promise.all(writing)
    },
  }
}

async function openFilled(role = 'postgres'): Promise<{ store: Store; url: string }> {
  const url = await cluster.createDatabase(role)
  const store = await openPostgres({ url, tokenDigest: (token) => token })
  await store.addTeam(
    team(),
    [ADA, BOB, ...PEOPLE].map((id, ordinal) => user(id, { ordinal })),
  )
  return { store, url }
}

async function writeAgain(store: Store, userId: UserId): Promise<void> {
  await until(() => store.change(keyFor(userId), setTitle('again')).catch(() => undefined))
}

async function titles(url: string): Promise<readonly string[]> {
  return (await readTitles(url)).logged.map(({ title }) => title)
}
