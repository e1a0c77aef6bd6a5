import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { refuse } from '../../src/domain/errors.ts'
import type { UserId } from '../../src/domain/ids.ts'
import { ADA, BOB, keyFor, setTitle, TEAM, team, titlesIn, user } from '../../src/storage/conformance/people.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import { OutcomeUnknown, StorageUnavailable, type Store } from '../../src/storage/store.ts'
import { queryAt, startPostgres } from '../support/postgres.ts'
import { Written } from '../support/written.ts'

// Deadlocks are found soon, so that what is undone can be done again in time.
const server = await startPostgres({ deadlock_timeout: '100ms' })
after(() => server.stop())

const PEOPLE = Array.from({ length: 20 }, (_, index) => `U0P${index + 100}` as UserId)

test('connections that are cut again and again cost no answered write, and no refused one is written', async () => {
  const { store } = await openFilled()
  const written = new Written()
  let isCutting = true
  const writing = PEOPLE.map(async (userId) => {
    for (let number = 0; isCutting; number += 1) await written.write(store, userId, `${userId} ${number}`)
  })
  for (let cut = 0; cut < 100; cut += 1) await cutConnections()
  isCutting = false
  await Promise.all(writing)
  await written.checkThrough(store)
  assert.ok(written.done.size > 50, `only ${written.done.size} writes`)
  await writeAgain(store)
  await store.close()
})

test('a server that is started anew costs no answered write, and the store recovers by itself', async () => {
  const { store } = await openFilled()
  const written = new Written()
  let isRestarting = true
  const writing = PEOPLE.map(async (userId) => {
    for (let number = 0; isRestarting; number += 1) {
      await written.write(store, userId, `${userId} ${number}`)
      await store.findUser(TEAM, userId).catch((error) => assert.ok(error instanceof StorageUnavailable, error))
    }
  })
  for (let restart = 0; restart < 3; restart += 1) await server.restart()
  isRestarting = false
  await Promise.all(writing)
  await written.checkThrough(store)
  await writeAgain(store)
  await store.close()
})

test('a commit whose answer is lost is told as unknown, and it is there', async () => {
  const { store, url } = await openFilled()
  await store.change(keyFor(ADA), setTitle('before'))
  // A commit that waits for a standby is on the disk already.
  await server.query("alter system set synchronous_standby_names = 'nobody'")
  await server.query('select pg_reload_conf()')
  try {
    await untilCommitsWait(url)
    const change = store.change(keyFor(ADA), setTitle('after'))
    change.catch(() => {})
    const judged = store.change(keyFor(BOB), () => refuse('too_long'))
    judged.catch(() => {})
    await waitFor(url, "wait_event = 'SyncRep'")
    await cutConnections()
    await assert.rejects(change, OutcomeUnknown)
    await assert.rejects(judged, StorageUnavailable)
  } finally {
    await server.query('alter system reset synchronous_standby_names')
    await server.query('select pg_reload_conf()')
  }
  assert.equal((await store.findUser(TEAM, ADA))?.profile.title, 'after')
  await store.change(keyFor(ADA), setTitle('again'))
  assert.deepEqual(titlesIn(await store.readLog(TEAM, 0, 10)), ['before', 'after', 'again'])
  await store.close()
})

test('a commit that is cut off before it is done is told as unknown, and it is not there', async () => {
  const { store, url } = await openFilled()
  await queryAt(
    url,
    `create function wait_long() returns trigger language plpgsql as 'begin perform pg_sleep(60); return null; end';
     create constraint trigger slow after insert on log deferrable initially deferred
       for each row execute function wait_long()`,
  )
  const change = store.change(keyFor(ADA), setTitle('lost'))
  change.catch(() => {})
  await waitFor(url, "wait_event = 'PgSleep'")
  await cutConnections()
  await assert.rejects(change, OutcomeUnknown)
  await queryAt(url, 'drop trigger slow on log')
  assert.equal((await store.findUser(TEAM, ADA))?.profile.title, '')
  await store.change(keyFor(ADA), setTitle('again'))
  assert.deepEqual(titlesIn(await store.readLog(TEAM, 0, 10)), ['again'])
  await store.close()
})

test('a commit that takes too long is broken off by the server, and is told as not written', async () => {
  const { store, url } = await openFilled()
  await queryAt(
    url,
    `create function wait_long() returns trigger language plpgsql as 'begin perform pg_sleep(60); return null; end';
     create trigger slow before insert on log for each row execute function wait_long()`,
  )
  await assert.rejects(store.change(keyFor(ADA), setTitle('slow')), (error) => {
    assert.ok(error instanceof StorageUnavailable)
    return /statement timeout/.test(error.message)
  })
  await queryAt(url, 'drop trigger slow on log')
  await store.change(keyFor(ADA), setTitle('again'))
  assert.deepEqual(titlesIn(await store.readLog(TEAM, 0, 10)), ['again'])
  await store.close()
})

test('a row that somebody else holds keeps calls waiting for some seconds, and then they are refused', async () => {
  const { store, url } = await openFilled()
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  await other.query('begin')
  await other.query('select id from users where id = $1 for update', [ADA])
  await assert.rejects(store.change(keyFor(ADA), setTitle('x')), StorageUnavailable)
  await other.query('rollback')
  await other.end()
  await store.change(keyFor(ADA), setTitle('y'))
  assert.deepEqual(titlesIn(await store.readLog(TEAM, 0, 10)), ['y'])
  await store.close()
})

test('a deadlock with somebody else is undone by the server and done again by the store', async () => {
  const { store, url } = await openFilled()
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  await other.query('begin')
  await other.query('select id from users where id = $1 for update', [BOB])
  // The store locks Ada, then waits for Bob; the other one, whom the server spares, then asks for Ada.
  await other.query("set local deadlock_timeout = '10s'")
  const changes = [store.change(keyFor(ADA), setTitle('a')), store.change(keyFor(BOB), setTitle('b'))]
  await waitFor(url, "wait_event_type = 'Lock'")
  await other.query('select id from users where id = $1 for update', [ADA])
  await other.query('commit')
  await other.end()
  await Promise.all(changes)
  assert.deepEqual(titlesIn(await store.readLog(TEAM, 0, 10)), ['a', 'b'])
  await store.close()
})

test('where there is no server, opening is refused, and so is every call of a store whose server has gone', async () => {
  const gone = await startPostgres()
  const url = await gone.createDatabase()
  const store = await openPostgres({ url, tokenDigest: (token) => token })
  await store.addTeam(team(), [user(ADA)])
  await gone.stop()
  await assert.rejects(store.change(keyFor(ADA), setTitle('x')), StorageUnavailable)
  await assert.rejects(store.findUser(TEAM, ADA), StorageUnavailable)
  await assert.rejects(store.saveTeam(team()), StorageUnavailable)
  await store.close()
  await assert.rejects(openPostgres({ url, tokenDigest: (token) => token }), StorageUnavailable)
})

async function openFilled(): Promise<{ store: Store; url: string }> {
  const url = await server.createDatabase()
  const store = await openPostgres({ url, tokenDigest: (token) => token })
  const people = [ADA, BOB, ...PEOPLE].map((id, ordinal) => user(id, { ordinal }))
  await store.addTeam(team(), people)
  return { store, url }
}

/** Right away: no restart and no waiting. */
async function writeAgain(store: Store): Promise<void> {
  await store.change(keyFor(ADA), setTitle('again'))
  assert.equal((await store.findUser(TEAM, ADA))?.profile.title, 'again')
}

async function cutConnections(): Promise<void> {
  await server.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'nametag%'")
}

/** Resolves when a connection of the store waits for what `condition` says. */
async function waitFor(url: string, condition: string, name = 'nametag'): Promise<void> {
  const found = `select count(*) from pg_stat_activity where application_name = '${name}' and ${condition}`
  const start = performance.now()
  while (Number((await queryAt(url, found))[0]?.count) === 0) {
    assert.ok(performance.now() - start < 10_000, `nothing waits: ${condition}`)
  }
}

/** What was set takes effect some time after it was asked for. */
async function untilCommitsWait(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  const writing = (async () => {
    for (let number = 0; ; number += 1) await client.query(`comment on table log is '${number}'`)
  })()
  writing.catch(() => {})
  await waitFor(url, "wait_event = 'SyncRep'", '')
  await server.query("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'")
  await assert.rejects(writing)
}
