import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import pg from 'pg'
import type { Count } from '../../src/domain/limits/count.ts'
import { bucket, calls, distinct, NOW } from '../../src/storage/conformance/limiter.ts'
import { type Connection, connect } from '../../src/storage/postgres/connection.ts'
import {
  openPostgresLimiter,
  type PostgresLimiter,
  type PostgresLimiterOptions,
  WAITING_CALLS_MAX,
} from '../../src/storage/postgres/limits/limiter.ts'
import { PURGED_ROWS_MAX, purge } from '../../src/storage/postgres/limits/purge.ts'
import { openLimitRows } from '../../src/storage/postgres/limits/rows.ts'
import { migrate } from '../../src/storage/postgres/migrate.ts'
import { openTransaction, type Transaction } from '../../src/storage/postgres/transaction.ts'
import { StorageUnavailable } from '../../src/storage/store.ts'
import type { Services } from '../../src/web-api/dispatch.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { queryAt, startPostgres } from '../support/postgres.ts'
import { aWorld } from '../support/world.ts'

const server = await startPostgres()
const url = await server.createDatabase()
const db = connect(url)
await migrate(db)
const rows = openLimitRows(db)
const transaction = openTransaction(db)
const opened: { close(): Promise<void> }[] = [db]
after(async () => {
  await Promise.all(opened.map((one) => one.close()))
  await server.stop()
})

function open(options: Partial<PostgresLimiterOptions> = {}) {
  const limiter = openPostgresLimiter({ url, clock: 'callers', ...options })
  opened.push(limiter)
  return limiter
}

const setting = (target: string): readonly Count[] => [
  bucket('set', 100_000),
  calls(`token ${target}`, 10),
  distinct('token', target, 100_000),
]

test('connections that are cut again and again let nobody pass too often, and fail calls as outages', async () => {
  const nodes = [open(), open()] as const
  await rows.dropAll()
  const passed = new Map<string, number>()
  let isCutting = true
  const caller = async (name: number) => {
    for (let round = 0; isCutting; round += 1) {
      const target = `${name} ${round}`
      const refused = nodes.map(async (node) => {
        while (isCutting) {
          const wait = await take(node, target)
          if (wait === 0) passed.set(target, (passed.get(target) ?? 0) + 1)
          else if (wait !== undefined) return assert.equal(wait, 60)
        }
      })
      await Promise.all(refused)
    }
  }
  const calling = Array.from({ length: 5 }, (_, name) => caller(name))
  for (let cut = 0; cut < 50; cut += 1) await cutConnections()
  isCutting = false
  await Promise.all(calling)
  for (const [target, count] of passed) assert.ok(count <= 10, `${count} calls for ${target}`)
  assert.ok(passed.size > 0)

  const waits = await Promise.all(nodes.flatMap((node) => Array.from({ length: 10 }, () => take(node, 'afterwards'))))
  assert.equal(waits.filter((wait) => wait === 0).length, 10)
})

test('a count whose commit is cut off is an outage to the call, and no other call suffers from it', async () => {
  const limiter = open()
  await rows.dropAll()
  await query(
    `create function wait_long() returns trigger language plpgsql as 'begin perform pg_sleep(60); return null; end';
     create constraint trigger slow after insert or update on limit_windows deferrable initially deferred
       for each row execute function wait_long()`,
  )
  const lost = limiter.take(setting('ada'), NOW)
  Promise.resolve(lost).catch(() => {})
  await waitFor("wait_event = 'PgSleep'")
  await cutConnections()
  await assert.rejects(async () => lost, StorageUnavailable)
  await query('drop trigger slow on limit_windows; drop function wait_long')
  assert.equal(await limiter.take(setting('ada'), NOW), 0)
})

test('while the database is away, a call is told so, is neither let pass nor limited, and passes afterwards', async (t) => {
  const [one, two] = await Promise.all([startNode(t), startNode(t)])
  await rows.dropAll()
  assert.deepEqual(await set(one), { status: 200, error: undefined, after: undefined })
  await server.query(`alter database ${new URL(url).pathname.slice(1)} allow_connections false`)
  await cutConnections()
  for (const node of [one, two, one]) {
    assert.deepEqual(await set(node), { status: 503, error: 'service_unavailable', after: '1' })
  }
  await server.query(`alter database ${new URL(url).pathname.slice(1)} allow_connections true`)
  for (let call = 1; call < 10; call += 1) {
    assert.deepEqual(await set(call % 2 === 0 ? one : two), { status: 200, error: undefined, after: undefined })
  }
  for (const node of [one, two]) {
    assert.deepEqual(await set(node), { status: 429, error: 'ratelimited', after: '60' })
  }
})

test('limits that are off are counted where they can be, and no call fails for them', async (t) => {
  const limiter = open()
  const off = await startNode(t, { limiter, enforceLimits: false })
  await rows.dropAll()
  await server.query(`alter database ${new URL(url).pathname.slice(1)} allow_connections false`)
  await cutConnections()
  for (let call = 0; call < 3; call += 1) assert.equal((await set(off)).status, 200)
  await server.query(`alter database ${new URL(url).pathname.slice(1)} allow_connections true`)
  const on = await startNode(t)
  for (let call = 0; call < 30; call += 1) assert.equal((await set(off)).status, 200)
  await limiter.close()
  assert.equal((await set(on)).status, 429)
})

test('a row that somebody else holds fails its own team’s calls after some seconds, and where teams are sharded no others', async () => {
  const limiter = open({ shardByTeam: true })
  await rows.dropAll()
  const elsewhere: readonly Count[] = [
    { kind: 'calls', teamId: 'T0OTHER01', key: 'elsewhere', holder: 'elsewhere', max: 1 },
  ]
  assert.equal(await limiter.take(setting('ada'), NOW), 0)
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  await other.query("begin; select from limit_windows where key = 'token ada' for update")
  const held = limiter.take(setting('ada'), NOW)
  const free = limiter.take(elsewhere, NOW)
  assert.equal(await free, 0)
  await assert.rejects(async () => held, StorageUnavailable)
  await other.query('rollback')
  await other.end()
  assert.equal(await limiter.take(setting('ada'), NOW), 0)
})

test('a row that somebody else has just made is counted with, though it could not be seen', async () => {
  const limiter = open()
  await rows.dropAll()
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  const body = JSON.stringify({ calls: [['', Array.from({ length: 9 }, () => 60_000)]] })
  const add = 'insert into limit_windows (team_id, key, body, valid_until) values ($1, $2, $3, $4)'
  await other.query('begin')
  await other.query(add, ['T0COFFEE1', 'token ada', body, NOW + 60_000])
  const waiting = Promise.all([take(limiter, 'ada'), take(limiter, 'ada'), take(limiter, 'bob')])
  await waitFor("wait_event_type = 'Lock'")
  await other.query('commit')
  await other.end()
  assert.deepEqual(await waiting, [0, 60, 0])
})

test('of more calls than may wait, the rest is refused as an outage', async () => {
  const limiter = open()
  await rows.dropAll()
  const made = Array.from({ length: WAITING_CALLS_MAX + 100 }, async () => take(limiter, 'ada'))
  const waits = await Promise.all(made)
  assert.equal(waits.filter((wait) => wait === 0).length, 10)
  assert.equal(waits.filter((wait) => wait === 60).length, WAITING_CALLS_MAX - 10)
  assert.equal(waits.filter((wait) => wait === undefined).length, 100)
})

for (const shardByTeam of [false, true]) {
  const way = shardByTeam ? 'team by team' : 'in portions'
  test(`what has no say any more is removed ${way}, and nothing else`, async () => {
    await rows.dropAll()
    const count = 3 * PURGED_ROWS_MAX + 10
    await query(
      `insert into limit_windows (team_id, key, body, valid_until)
         select 'T' || number % 7, 'calls ' || number, '[]', ${NOW} + number % 3 - 1 from generate_series(1, ${count}) number`,
    )
    const written: (readonly string[])[] = []
    await purge({ db, transaction: telling(written), shardByTeam }, NOW)
    const [left] = await query('select count(*) as count, min(valid_until) as earliest from limit_windows')
    assert.deepEqual(left, { count: String(Math.floor((count + 1) / 3)), earliest: String(NOW + 1) })
    assert.equal(
      written.every((teamIds) => teamIds.length === 1),
      shardByTeam,
    )
    // By the clock of the database all of it is old.
    await purge({ db, transaction, shardByTeam })
    assert.deepEqual(await query('select key from limit_windows'), [])
  })
}

test('what is counted while it is being removed stays', async () => {
  await rows.dropAll()
  await query(
    "insert into limit_windows (team_id, key, body, valid_until) values ('T1', 'a', '', 0), ('T1', 'b', '', 0)",
  )
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  await other.query(`begin; update limit_windows set valid_until = ${NOW + 1} where key = 'b'`)
  const purging = purge({ db, transaction, shardByTeam: false }, NOW)
  await waitFor("wait_event_type = 'Lock'")
  await other.query('commit')
  await other.end()
  await purging
  assert.deepEqual(await query('select key from limit_windows'), [{ key: 'b' }])
})

test('the counts are in the log of the database, for whoever takes over', async () => {
  const persistence = "select relpersistence from pg_class where relname = 'limit_windows'"
  assert.deepEqual(await query(persistence), [{ relpersistence: 'p' }])
})

/** Tells, of each transaction, the teams that its statements name first. */
function telling(written: (readonly string[])[]): Transaction {
  return (work, last) =>
    transaction(async (tx) => {
      const teamIds = new Set<string>()
      const named: Connection = {
        prepare: (text) => {
          const statement = tx.prepare<readonly unknown[], never>(text)
          const run = (...values: readonly unknown[]) => {
            teamIds.add(String(values[0]))
            return statement.run(...values)
          }
          return { ...statement, run }
        },
      }
      const decided = await work(named)
      written.push([...teamIds])
      return decided
    }, last)
}

/** Nothing where the call met an outage. */
async function take(limiter: PostgresLimiter, target: string): Promise<number | undefined> {
  try {
    return await limiter.take(setting(target), NOW)
  } catch (error) {
    assert.ok(error instanceof StorageUnavailable, String(error))
    return undefined
  }
}

/** A server of its own that counts with the others. */
async function startNode(t: TestContext, services: Partial<Services> = {}): Promise<Harness> {
  const harness = await startHarness([aWorld()], undefined, { limiter: open(), ...services })
  t.after(() => harness.close())
  return harness
}

async function set(node: Harness) {
  const { status, headers, json } = await node.call('users.profile.set', {
    as: 'xoxp-mel',
    args: { profile: { title: 'Barista' } },
  })
  return { status, error: json.error, after: headers['retry-after'] }
}

async function cutConnections(): Promise<void> {
  await server.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'nametag%'")
}

/** Resolves when a connection waits for what `condition` says. */
async function waitFor(condition: string): Promise<void> {
  const found = `select pid from pg_stat_activity where application_name = 'nametag' and ${condition}`
  await until(async () => (await server.query(found)).length > 0)
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const start = performance.now()
  while (!(await isSo())) assert.ok(performance.now() - start < 20_000, 'it does not come')
}

function query(text: string): Promise<readonly Record<string, unknown>[]> {
  return queryAt(url, text)
}
