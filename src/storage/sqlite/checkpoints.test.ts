import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import type { UserId } from '../../domain/ids.ts'
import { keyFor, setTitle, team, user } from '../conformance/people.ts'
import type { StoreLimits } from '../limits.ts'
import { connect } from './connection.ts'
import { openSqlite } from './open.ts'

const BATCHES = 100
const ROUNDS = 6000

test('the WAL stays bounded however much is written without a pause', async () => {
  const { path, store, ids, remove } = await storeOfPeople()
  const title = 'x'.repeat(3500)
  let walBytes = 0
  for (let batch = 0; batch < BATCHES; batch += 1) {
    await Promise.all(ids.map((id) => store.change(keyFor(id), setTitle(title))))
    walBytes = Math.max(walBytes, statSync(`${path}-wal`).size)
  }
  // Every change fills a page of its user and one of the log.
  const writtenBytes = BATCHES * ids.length * 2 * 4096
  assert.ok(walBytes < writtenBytes * 0.75, `${walBytes} of ${writtenBytes} bytes stand in the WAL`)

  await store.close()
  remove()
})

test('the WAL stays bounded also where a thread moves it and others write alone', async () => {
  const { path, store, ids, remove } = await storeOfPeople()
  // From here on there is a thread.
  await Promise.all(ids.map((id) => store.change(keyFor(id), setTitle('x'))))
  const value = 'x'.repeat(8000)
  let walBytes = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    await store.putNote('key', `${round} ${value}`, null)
    await store.putNote('key', null, `${round} ${value}`)
    if (round % 100 === 0) walBytes = Math.max(walBytes, statSync(`${path}-wal`).size)
  }
  // A note of this length fills two pages, and they are written when it comes and when it goes.
  const writtenBytes = ROUNDS * 4 * 4096
  assert.ok(walBytes < writtenBytes * 0.75, `${walBytes} of ${writtenBytes} bytes stand in the WAL`)
  await store.close()
  remove()
})

test('a WAL that a reader keeps from being moved is looked at again when there is more of it, and not before', {
  timeout: 60_000,
}, async () => {
  const moves: string[] = []
  const onThread = (thread: Worker) => thread.on('message', () => moves.push('done'))
  process.on('worker', onThread)
  const { path, store, ids, remove } = await storeOfPeople({ threadWritesMin: Number.POSITIVE_INFINITY })
  const reader = connect(path)
  reader.exec('begin')
  reader.prepare('select count(*) from users').get()
  const batches = 16
  for (let batch = 0; batch < batches; batch += 1) {
    await Promise.all(ids.map((id) => store.change(keyFor(id), setTitle(`${batch} ${'x'.repeat(3500)}`))))
  }
  while (moves.length < 2) await turn()
  for (let turns = 0; turns < 5000; turns += 1) await turn()
  assert.ok(moves.length <= batches, `${moves.length} attempts after ${batches} commits`)
  reader.close()
  await store.close()
  process.off('worker', onThread)
  remove()
})

async function storeOfPeople(limits: Partial<StoreLimits> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'nametag-wal-'))
  const path = join(directory, 'nametag.db')
  const store = await openSqlite({ path, tokenDigest: (token) => token, limits })
  const ids = Array.from({ length: 200 }, (_, index) => `U0P${index + 100}` as UserId)
  await store.addTeam(
    team(),
    ids.map((id, ordinal) => user(id, { ordinal })),
  )
  return { path, store, ids, remove: () => rmSync(directory, { recursive: true }) }
}
