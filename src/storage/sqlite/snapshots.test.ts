import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { UserId } from '../../domain/ids.ts'
import { grant, keyFor, setTitle, team, user } from '../conformance/people.ts'
import { tablesOf } from './backup.ts'
import { connect, MEMORY } from './connection.ts'
import { migrate } from './migrate.ts'
import { openSqlite } from './open.ts'
import { SNAPSHOT_TABLES } from './snapshots.ts'

const directory = mkdtempSync(join(tmpdir(), 'nametag-sqlite-'))
after(() => rmSync(directory, { recursive: true }))

test('a snapshot has every table and every column of the schema, except the list of migrations and the notes', () => {
  const db = connect(MEMORY)
  migrate(db)
  const names = tablesOf(db).filter((name) => !['migrations', 'notes'].includes(name))
  const columnsOf = db.prepare<[table: string], string>('select name from pragma_table_info(?)').pluck()
  const schema = Object.fromEntries(names.map((name) => [name, columnsOf.all(name).toSorted()]))
  const inSnapshot = Object.entries(SNAPSHOT_TABLES).map(([name, columns]) => [name, columns.toSorted()])
  assert.deepEqual(Object.fromEntries(inSnapshot), schema)
  db.close()
})

test('a small store is restored as often as there are tests, and is the same each time', async () => {
  const store = await openSqlite({ path: join(directory, 'nametag.db'), tokenDigest: (token) => token })
  const ids = Array.from({ length: 50 }, (_, index) => `U0P${index + 100}` as UserId)
  await store.addTeam(
    team(),
    ids.map((id, ordinal) => user(id, { ordinal, email: `${id}@example.com` })),
  )
  for (const id of ids) await store.addToken(`xoxp-${id}`, grant(id, { userId: id }))
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(ids.map((id) => store.change(keyFor(id), setTitle(`round ${round}`))))
  }
  const snapshot = await store.takeSnapshot()
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(ids.map((id) => store.change(keyFor(id), setTitle(`test ${round}`))))
    assert.notDeepEqual(await store.takeSnapshot(), snapshot)
    await store.restoreSnapshot(snapshot)
    assert.deepEqual(await store.takeSnapshot(), snapshot)
  }
  await store.close()
})
