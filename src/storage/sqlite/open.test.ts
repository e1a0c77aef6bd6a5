import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Database from 'better-sqlite3'
import { ADA, grant, keyFor, setTitle, team, user } from '../conformance/people.ts'
import { digestWith } from '../token-keys.ts'
import { checkVersion, connect, makeDurable } from './connection.ts'
import { openSqlite, storeOn } from './open.ts'

const parent = mkdtempSync(join(tmpdir(), 'nametag-sqlite-'))
after(() => rmSync(parent, { recursive: true }))
const freshFile = () => join(mkdtempSync(join(parent, 'data-')), 'nametag.db')
const tokenDigest = digestWith(Buffer.alloc(32, 1))

test('a commit reaches the disk: WAL, flushed at every commit, checkpoints at moments of our own', async () => {
  const path = freshFile()
  const wanted = { journal_mode: 'wal', synchronous: 2, wal_autocheckpoint: 0, foreign_keys: 1, fullfsync: 1 }
  for (const isNew of [true, false]) {
    const db = connect(path)
    const settings = () =>
      Object.fromEntries(Object.keys(wanted).map((name) => [name, db.pragma(name, { simple: true })]))
    assert.deepEqual(settings(), wanted)
    const store = storeOn(db, { path, tokenDigest })
    if (isNew) await store.addTeam(team(), [user(ADA)])
    await store.change(keyFor(ADA), setTitle('x'))
    assert.deepEqual(settings(), wanted)
    await store.close()
  }
})

test('a database that cannot be made durable is refused rather than used with less', () => {
  assert.throws(() => makeDurable(new Database(':memory:')), /keeps journal_mode at memory where wal is needed/)
})

test('an SQLite whose WAL can corrupt a file is refused in one sentence', () => {
  const refused = /^Error: Nametag needs SQLite 3\.53 or newer, and this is SQLite 3\.52\.9\.$/
  assert.throws(() => checkVersion('3.52.9'), refused)
  assert.throws(() => checkVersion('2.99.0'))
  assert.throws(() => checkVersion(''))
  checkVersion('3.53.0')
  checkVersion('3.100.0')
  checkVersion('4.0.0')
})

test('a file that is no database is refused', async () => {
  const path = freshFile()
  writeFileSync(path, 'this is a letter and not a database '.repeat(100))
  await assert.rejects(openSqlite({ path, tokenDigest }), /not a database/)
})

test('the files of a store are for their owner alone, also where they were not before', async () => {
  const path = freshFile()
  for (const isNew of [true, false]) {
    const store = await openSqlite({ path, tokenDigest })
    if (isNew) await store.addTeam(team(), [user(ADA)])
    await store.change(keyFor(ADA), setTitle('x'))
    const names = readdirSync(join(path, '..'))
    assert.deepEqual(names.toSorted(), ['nametag.db', 'nametag.db-shm', 'nametag.db-wal'])
    for (const name of names) assert.equal(statSync(join(path, '..', name)).mode & 0o777, 0o600, name)
    await store.close()
    chmodSync(path, 0o644)
  }
})

test('a closed store is one file, with everything in it', async () => {
  const path = freshFile()
  const store = await openSqlite({ path, tokenDigest })
  await store.addTeam(team(), [user(ADA)])
  await store.close()
  assert.deepEqual(readdirSync(join(path, '..')), ['nametag.db'])
  assert.match(readFileSync(path, 'latin1'), /U0ADA00001/)
})

test('no token stands in a file', async () => {
  const path = freshFile()
  const store = await openSqlite({ path, tokenDigest })
  await store.addTeam(team(), [user(ADA)])
  await store.addToken('xoxp-very-secret', grant('one'))
  for (const name of readdirSync(join(path, '..'))) {
    assert.doesNotMatch(readFileSync(join(path, '..', name), 'latin1'), /very-secret/, name)
  }
  await store.close()
})
