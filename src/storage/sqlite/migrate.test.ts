import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { MAIL_READER } from '../../domain/event.ts'
import { ADA, OTHER_TEAM, TEAM, user } from '../conformance/people.ts'
import { undelivered } from '../conformance/readers.ts'
import { openCursors } from './cursors.ts'
import { openLog } from './log.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS, type Migration } from './migrations.ts'
import { openUndelivered } from './undelivered.ts'

const A: Migration = { number: 1, name: 'a', sql: 'create table a (id integer) strict' }
const B: Migration = { number: 2, name: 'b', sql: 'create table b (id integer) strict; insert into a values (1)' }

test('migrations are numbered from 1 without a gap', () => {
  assert.deepEqual(
    MIGRATIONS.map(({ number }) => number),
    MIGRATIONS.map((_, index) => index + 1),
  )
})

test('a migration is applied once, and later ones follow it', () => {
  const db = new Database(':memory:')
  migrate(db, [A])
  migrate(db, [A])
  migrate(db, [A, B])
  migrate(db, [A, B])
  assert.deepEqual(tablesOf(db), ['a', 'b', 'migrations'])
  assert.deepEqual(db.prepare('select count(*) from a').pluck().get(), 1)
})

test('a migration that fails leaves nothing of itself', () => {
  const db = new Database(':memory:')
  const broken: Migration = {
    number: 2,
    name: 'broken',
    sql: 'create table b (id integer) strict; insert into c values (1)',
  }
  assert.throws(() => migrate(db, [A, broken]), /no such table: c/)
  assert.deepEqual(tablesOf(db), ['a', 'migrations'])
  migrate(db, [A, B])
  assert.deepEqual(tablesOf(db), ['a', 'b', 'migrations'])
})

test('a schema of a newer version is refused in one sentence and left alone', () => {
  const db = new Database(':memory:')
  migrate(db, [A, B])
  const sentence = 'The store has schema 2, and this version of Nametag knows none above 1: use a newer one.'
  assert.throws(() => migrate(db, [A]), new Error(sentence))
  assert.deepEqual(tablesOf(db), ['a', 'b', 'migrations'])
})

test('a store that was built by other migrations of the same number is refused', () => {
  const db = new Database(':memory:')
  migrate(db, [A])
  assert.throws(() => migrate(db, [{ ...A, sql: 'create table z (id integer) strict' }]), /Migration 1 of the store/)
})

test('what the log told before it knew of kinds is told as changes of users', () => {
  const db = new Database(':memory:')
  migrate(db, MIGRATIONS.slice(0, 1))
  const body = JSON.stringify(user(ADA))
  db.prepare("insert into log (team_id, user_id, types, at, body) values (?, ?, 'user_change', 1000, ?)").run(
    TEAM,
    ADA,
    body,
  )
  migrate(db)
  const log = openLog(db)
  const told = { kind: 'user', types: ['user_change'], user: user(ADA), seq: 1, teamId: TEAM, at: 1000 }
  assert.deepEqual(log.read(TEAM, 0, 10), [told])
  assert.deepEqual(log.findLast(TEAM, 'user', 10), [told])
  assert.equal(log.findLastSeq(TEAM), 1)
})

test('places in the log and mails that wait are kept where every team gets a log of its own', () => {
  const db = new Database(':memory:')
  migrate(db, MIGRATIONS.slice(0, 3))
  const apps = (count: number) =>
    JSON.stringify({ apps: Array.from({ length: count }, (_, index) => [`A${index}`, {}]) })
  db.prepare('insert into teams (team_id, body) values (?, ?), (?, ?)').run(TEAM, apps(2), OTHER_TEAM, apps(0))
  const tell = db.prepare(
    "insert into log (team_id, user_id, types, at, body, kind) values (?, 'U1', '', 1000, '{}', ?)",
  )
  for (const kind of ['email_changed', 'message', 'email_requested']) tell.run(TEAM, kind)
  tell.run(OTHER_TEAM, 'email_changed')
  db.prepare("insert into cursors (reader, seq) values ('mail', 1), (?, 3)").run(`app:${TEAM}/A1`)
  const kept = undelivered('Ev1', { reader: `app:${TEAM}/A1` })
  openUndelivered(db).keep(kept)
  migrate(db)

  assert.equal(openCursors(db).find(TEAM, `app:${TEAM}/A1`), 3)
  assert.deepEqual(
    openLog(db).findHeads(),
    new Map([
      [TEAM, 3],
      [OTHER_TEAM, 4],
    ]),
  )
  const mail = { reader: MAIL_READER, attempts: 0, reason: '', nextAt: 1000 }
  const requested = { ...mail, id: 'mail-3', teamId: TEAM, seq: 3, type: 'email_requested' }
  const changed = { ...mail, id: 'mail-4', teamId: OTHER_TEAM, seq: 4, type: 'email_changed' }
  assert.deepEqual(openUndelivered(db).findOfTeam(TEAM, 10), [requested, kept])
  assert.deepEqual(openUndelivered(db).findOfTeam(OTHER_TEAM, 10), [changed])
  assert.deepEqual(db.prepare('select team_id from teams where app_count > 0').pluck().all(), [TEAM])
})

test('schema.sql shows what the migrations build (UPDATE=1 rewrites it)', () => {
  const db = new Database(':memory:')
  migrate(db)
  const file = new URL('./schema.sql', import.meta.url)
  const dump = `${db.prepare(SCHEMA).pluck().all().join(';\n\n')};\n`
  if (process.env.UPDATE === '1') writeFileSync(file, dump)
  assert.equal(readFileSync(file, 'utf8'), dump)
})

const SCHEMA = `
  select
    sql
  from
    sqlite_schema
  where
    sql is not null
    and name not like 'sqlite_%'
  order by
    tbl_name,
    type desc,
    name`

function tablesOf(db: Database.Database): unknown[] {
  return db.prepare("select name from sqlite_schema where type = 'table' order by name").pluck().all()
}
