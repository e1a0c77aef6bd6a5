import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { UserId } from '../../domain/ids.ts'
import { keyFor, setTitle, TEAM, team, user } from '../conformance/people.ts'
import { OutcomeUnknown, StorageUnavailable } from '../store.ts'
import { connect } from './connection.ts'
import { openSqlite } from './open.ts'
import { Writer } from './writer.ts'

const parent = mkdtempSync(join(tmpdir(), 'nametag-writer-'))
after(() => rmSync(parent, { recursive: true }))
const freshFile = () => join(mkdtempSync(join(parent, 'data-')), 'nametag.db')
const IDS = Array.from({ length: 20 }, (_, index) => `U0P${index + 100}` as UserId)

async function storeOfPeople(path: string) {
  const store = await openSqlite({ path, tokenDigest: (token) => token, limits: { threadWritesMin: 2 } })
  await store.addTeam(
    team(),
    IDS.map((id, ordinal) => user(id, { ordinal })),
  )
  return store
}

test('calls are read while a thread waits for the disk', async () => {
  const path = freshFile()
  const store = await storeOfPeople(path)
  const other = connect(path)
  other.exec('begin immediate')
  const writing = Promise.all(IDS.map((id) => store.change(keyFor(id), setTitle('written'))))
  // The thread cannot write before this: were it the thread of the test, nothing here would be reached.
  for (const id of IDS) assert.equal((await store.findUser(TEAM, id))?.profile.title, '')
  other.exec('commit')
  other.close()
  await writing
  for (const id of IDS) assert.equal((await store.findUser(TEAM, id))?.profile.title, 'written')
  await store.close()
})

test('a thread that finds the database held by another program tells that it is away', async () => {
  const path = freshFile()
  const store = await storeOfPeople(path)
  const other = connect(path)
  other.exec('begin immediate')
  const results = await Promise.allSettled(IDS.map((id) => store.change(keyFor(id), setTitle('refused'))))
  for (const result of results) assert.ok(result.status === 'rejected' && result.reason instanceof StorageUnavailable)
  other.exec('rollback')
  other.close()
  await Promise.all(IDS.map((id) => store.change(keyFor(id), setTitle('written'))))
  assert.equal((await store.readLog(TEAM, 0, 100)).length, IDS.length)
  await store.close()
})

test('a thread that dies leaves its batch unknown, and the next batch gets a thread of its own', async () => {
  const folder = mkdtempSync(join(parent, 'data-'))
  const path = join(folder, 'none', 'nametag.db')
  const writer = new Writer(path)
  await assert.rejects(writer.commit([]), OutcomeUnknown)
  assert.equal(writer.isRunning, false)
  const store = await storeOfPeople(join(folder, 'nametag.db'))
  await store.close()
  rmSync(join(folder, 'none'), { recursive: true, force: true })
  await writer.checkpoint()
  await writer.close()
})
