import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { MAIL_READER } from '../../src/domain/event.ts'
import type { TeamId } from '../../src/domain/ids.ts'
import { ADA, OTHER_TEAM, TEAM, user } from '../../src/storage/conformance/people.ts'
import { connect, type Pool } from '../../src/storage/postgres/connection.ts'
import { openCursors } from '../../src/storage/postgres/cursors.ts'
import { openLog } from '../../src/storage/postgres/log.ts'
import { migrate } from '../../src/storage/postgres/migrate.ts'
import { MIGRATIONS, type Migration } from '../../src/storage/postgres/migrations.ts'
import { SNAPSHOT_TABLES } from '../../src/storage/postgres/snapshots.ts'
import { openUndelivered } from '../../src/storage/postgres/undelivered.ts'
import { MIGRATIONS as SQLITE_MIGRATIONS } from '../../src/storage/sqlite/migrations.ts'
import { startPostgres } from '../support/postgres.ts'

const server = await startPostgres()
const pools: Pool[] = []
after(async () => {
  await Promise.all(pools.map((pool) => pool.close()))
  await server.stop()
})

const A: Migration = { number: 1, name: 'a', sql: 'create table a (id integer)' }
const B: Migration = { number: 2, name: 'b', sql: 'create table b (id integer); insert into a values (1)' }

test('migrations have the numbers and names of those of SQLite', () => {
  const names = (migrations: readonly Migration[]) => migrations.map(({ number, name }) => `${number} ${name}`)
  assert.deepEqual(names(MIGRATIONS), names(SQLITE_MIGRATIONS))
})

test('a migration is applied once, and later ones follow it', async () => {
  const db = await openEmpty()
  await migrate(db, [A])
  await migrate(db, [A])
  await migrate(db, [A, B])
  await migrate(db, [A, B])
  assert.deepEqual(await tablesOf(db), ['a', 'b', 'migrations'])
  assert.equal(await countOf(db, 'a'), 1)
})

test('of many processes that start at once, one applies each migration and all go on from there', async () => {
  const url = await server.createDatabase()
  const nodes = Array.from({ length: 8 }, () => openPool(url))
  await Promise.all(nodes.map((db) => migrate(db, [A, B])))
  for (const db of nodes) assert.equal(await countOf(db, 'a'), 1)
})

test('a migration that fails leaves nothing of itself', async () => {
  const db = await openEmpty()
  const broken: Migration = { number: 2, name: 'broken', sql: 'create table b (id integer); insert into c values (1)' }
  await assert.rejects(migrate(db, [A, broken]), /relation "c" does not exist/)
  assert.deepEqual(await tablesOf(db), ['a', 'migrations'])
  await migrate(db, [A, B])
  assert.deepEqual(await tablesOf(db), ['a', 'b', 'migrations'])
})

for (const sql of ['create table b (id integer) with (oids = true)', 'create oversized table b (id integer)']) {
  test(`where the engine cannot “${sql}”, it gets what it can`, async () => {
    const db = await openEmpty()
    const sqlElsewhere = 'create table c (id integer); insert into a values (1)'
    await migrate(db, [A, { ...B, sql, sqlElsewhere }])
    assert.deepEqual(await tablesOf(db), ['a', 'c', 'migrations'])
    assert.equal(await countOf(db, 'a'), 1)
  })
}

test('what fails for another reason is not tried in another way', async () => {
  const db = await openEmpty()
  const broken = 'create table b (id integer); insert into c values (1)'
  await assert.rejects(migrate(db, [A, { ...B, sql: broken, sqlElsewhere: B.sql }]), /relation "c" does not exist/)
  assert.deepEqual(await tablesOf(db), ['a', 'migrations'])
})

test('a schema of a newer version is refused in one sentence and left alone', async () => {
  const db = await openEmpty()
  await migrate(db, [A, B])
  const sentence = 'The store has schema 2, and this version of Nametag knows none above 1: use a newer one.'
  await assert.rejects(migrate(db, [A]), new Error(sentence))
  assert.deepEqual(await tablesOf(db), ['a', 'b', 'migrations'])
})

test('a store that was built by other migrations of the same number is refused', async () => {
  const db = await openEmpty()
  await migrate(db, [A])
  await assert.rejects(migrate(db, [{ ...A, sql: 'create table z (id integer)' }]), /Migration 1 of the store/)
})

test('what the log told before it knew of kinds is told as changes of users', async () => {
  const db = await openEmpty()
  await migrate(db, MIGRATIONS.slice(0, 1))
  const body = JSON.stringify(user(ADA))
  await db
    .prepare("insert into log (seq, team_id, user_id, types, at, body) values (1, $1, $2, 'user_change', 1000, $3)")
    .run(TEAM, ADA, body)
  await migrate(db)
  const log = openLog(db)
  const told = { kind: 'user', types: ['user_change'], user: user(ADA), seq: 1, teamId: TEAM, at: 1000 }
  assert.deepEqual(await log.read(TEAM, 0, 10), [told])
  assert.deepEqual(await log.findLast(TEAM, 'user', 10), [told])
  assert.deepEqual(await log.findHeads([TEAM]), new Map([[TEAM, 1]]))
})

/** Notes of a store about itself, and what running servers keep for each other. */
const NOT_DATA = ['migrations', 'notes', 'nodes', 'leases', 'tickets', 'limit_windows']

test('places in the log and mails that wait are kept where every team gets a log of its own', async () => {
  const db = await openEmpty()
  await migrate(db, MIGRATIONS.slice(0, 3))
  const addTeam = db.prepare<[TeamId, body: string], never>(
    'insert into teams (team_id, version, body) values ($1, 1, $2)',
  )
  await addTeam.run(TEAM, JSON.stringify({ apps: [['A1', {}]] }))
  await addTeam.run(OTHER_TEAM, JSON.stringify({ apps: [] }))
  const tell = db.prepare<[TeamId, seq: number, kind: string], never>(
    "insert into log (team_id, seq, user_id, types, at, body, kind) values ($1, $2, 'U1', '', 1000, '{}', $3)",
  )
  for (const [index, kind] of ['email_changed', 'message', 'email_requested'].entries())
    await tell.run(TEAM, index + 1, kind)
  await tell.run(OTHER_TEAM, 4, 'email_changed')
  const reader = `app:${TEAM}/A1`
  await db.prepare("insert into cursors (reader, seq) values ('mail', 1), ($1, 3)").run(reader)
  await migrate(db)

  assert.equal(await openCursors(db).find(TEAM, reader), 3)
  const heads = new Map([
    [TEAM, 3],
    [OTHER_TEAM, 4],
  ])
  assert.deepEqual(await openLog(db).findHeads([TEAM, OTHER_TEAM]), heads)
  const mail = { reader: MAIL_READER, attempts: 0, reason: '', nextAt: 1000 }
  const requested = { ...mail, id: 'mail-3', teamId: TEAM, seq: 3, type: 'email_requested' }
  const changed = { ...mail, id: 'mail-4', teamId: OTHER_TEAM, seq: 4, type: 'email_changed' }
  assert.deepEqual(await openUndelivered(db).findOfTeam(TEAM, 10), [requested])
  assert.deepEqual(await openUndelivered(db).findOfTeam(OTHER_TEAM, 10), [changed])
  const withApps = await db.prepare<[], { id: string }>('select team_id as id from teams where app_count > 0').all()
  assert.deepEqual(withApps, [{ id: TEAM }])
})

test('a snapshot has every table and every column of the schema, except those that hold no data', async () => {
  const db = await openEmpty()
  await migrate(db)
  const columns = await db.prepare<[], Column>(COLUMNS).all()
  const columnsOf = (name: string) => columns.flatMap(({ table, column }) => (table === name ? [column] : []))
  const names = (await tablesOf(db)).filter((name) => !NOT_DATA.includes(name))
  const schema = Object.fromEntries(names.map((name) => [name, columnsOf(name).toSorted()]))
  const inSnapshot = Object.entries(SNAPSHOT_TABLES).map(([name, list]) => [name, list.toSorted()])
  assert.deepEqual(Object.fromEntries(inSnapshot), schema)
})

test('schema.sql shows what the migrations build (UPDATE=1 rewrites it)', async () => {
  const db = await openEmpty()
  await migrate(db)
  const file = new URL('../../src/storage/postgres/schema.sql', import.meta.url)
  const dump = await dumpOf(db)
  if (process.env.UPDATE === '1') writeFileSync(file, dump)
  assert.equal(readFileSync(file, 'utf8'), dump)
})

interface Column {
  readonly table: string
  readonly column: string
  readonly definition: string
}

const COLUMNS = `
  select
    c.relname as "table",
    a.attname as "column",
    concat_ws(
      ' ',
      a.attname,
      format_type(a.atttypid, a.atttypmod),
      case when a.attcollation <> t.typcollation then 'collate "' || l.collname || '"' end,
      case when a.attnotnull then 'not null' end,
      'default ' || pg_get_expr(d.adbin, d.adrelid)
    ) as "definition"
  from
    pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_type t on t.oid = a.atttypid
    left join pg_collation l on l.oid = a.attcollation
    left join pg_attrdef d on d.adrelid = c.oid
    and d.adnum = a.attnum
  where
    c.relnamespace = 'public'::regnamespace
    and c.relkind = 'r'
    and a.attnum > 0
    and not a.attisdropped
  order by
    c.relname,
    a.attnum`

interface Constraint {
  readonly table: string
  readonly definition: string
}

const CONSTRAINTS = `
  select
    conrelid::regclass::text as "table",
    pg_get_constraintdef(oid) as "definition"
  from
    pg_constraint
  where
    connamespace = 'public'::regnamespace
    and contype in ('p', 'f')
  order by
    conname`

const INDEXES = `
  select
    i.tablename as "table",
    i.indexdef as "definition"
  from
    pg_indexes i
  where
    i.schemaname = 'public'
    and i.indexname not in (select conname from pg_constraint)
  order by
    i.indexname`

const OPTIONS = `
  select
    relname as "table",
    array_to_string(reloptions, ', ') as "definition"
  from
    pg_class
  where
    relnamespace = 'public'::regnamespace
    and reloptions is not null`

async function dumpOf(db: Pool): Promise<string> {
  const columns = await db.prepare<[], Column>(COLUMNS).all()
  const constraints = await db.prepare<[], Constraint>(CONSTRAINTS).all()
  const indexes = await db.prepare<[], Constraint>(INDEXES).all()
  const options = await db.prepare<[], Constraint>(OPTIONS).all()
  const definitionsOf = (list: readonly Constraint[], table: string) =>
    list.filter((row) => row.table === table).map(({ definition }) => definition)
  const tables = [...new Set(columns.map(({ table }) => table))]
  return tables
    .map((table) => {
      const lines = [...definitionsOf(columns, table), ...definitionsOf(constraints, table)]
      const option = definitionsOf(options, table).map((text) => ` WITH (${text})`)
      const create = `CREATE TABLE ${table} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n)${option.join('')};\n`
      return [create, ...definitionsOf(indexes, table).map((index) => `${index.replaceAll('public.', '')};\n`)].join(
        '\n',
      )
    })
    .join('\n')
}

async function openEmpty(): Promise<Pool> {
  return openPool(await server.createDatabase())
}

function openPool(url: string): Pool {
  const pool = connect(url)
  pools.push(pool)
  return pool
}

async function tablesOf(db: Pool): Promise<string[]> {
  const columns = await db.prepare<[], Column>(COLUMNS).all()
  return [...new Set(columns.map(({ table }) => table))]
}

async function countOf(db: Pool, table: 'a'): Promise<number | undefined> {
  return (await db.prepare<[], { count: number }>(`select count(*) as count from ${table}`).get())?.count
}
