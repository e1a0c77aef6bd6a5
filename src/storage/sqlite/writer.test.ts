import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Worker } from 'node:worker_threads'
import type { UserId } from '../../domain/ids.ts'
import { ADA, keyFor, setTitle, TEAM, team, user } from '../conformance/people.ts'
import { OutcomeUnknown, StorageUnavailable } from '../store.ts'
import { connect } from './connection.ts'
import { openSqlite } from './open.ts'
import { NoThread, Writer } from './writer.ts'

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

test('after a refusal one write alone is waited for on a thread, too', async () => {
  const path = freshFile()
  const store = await storeOfPeople(path)
  const other = connect(path)
  other.exec('begin immediate')
  const [id = ADA] = IDS
  await assert.rejects(store.change(keyFor(id), setTitle('refused')), StorageUnavailable)
  const writing = store.change(keyFor(id), setTitle('written'))
  while (store.stats().queued > 0) await turn()
  // Were it waited for here, this would come too late.
  other.exec('rollback')
  other.close()
  await writing
  assert.equal((await store.findUser(TEAM, id))?.profile.title, 'written')
  await store.close()
})

test('a thread that dies leaves its batch unknown, and the next batch gets a thread of its own', {
  timeout: 60_000,
}, async (t) => {
  const threads = threadsOf(t)
  const path = freshFile()
  const store = await storeOfPeople(path)
  await Promise.all(IDS.map((id) => store.change(keyFor(id), setTitle('first'))))
  const other = connect(path)
  other.exec('begin immediate')
  const lost = Promise.allSettled(IDS.map((id) => store.change(keyFor(id), setTitle('lost'))))
  // The thread has its batch and waits for the lock.
  while (store.stats().queued > 0) await turn()
  const dead = threads[0]?.terminate()
  other.exec('rollback')
  other.close()
  for (const result of await lost) assert.ok(result.status === 'rejected' && result.reason instanceof OutcomeUnknown)
  await dead
  await Promise.all(IDS.map((id) => store.change(keyFor(id), setTitle('second'))))
  assert.equal(threads.length, 2)
  for (const id of IDS) assert.equal((await store.findUser(TEAM, id))?.profile.title, 'second')
  await store.close()
  for (const thread of threads) assert.equal(thread.threadId, ENDED)
})

test('where no thread can be had, everything is written all the same, and once', async (t) => {
  const threads = threadsOf(t, (thread) => void thread.terminate())
  const store = await storeOfPeople(freshFile())
  for (const title of ['first', 'second']) {
    await Promise.all(IDS.map((id) => store.change(keyFor(id), setTitle(title))))
    for (const id of IDS) assert.equal((await store.findUser(TEAM, id))?.profile.title, title)
  }
  assert.equal((await store.readLog(TEAM, 0, 100)).length, IDS.length * 2)
  assert.equal(threads.length, 2)
  await store.close()
})

test('a process that may have no threads writes all the same', () => {
  const script = fileURLToPath(new URL('../../../test/crash/write-without-threads.ts', import.meta.url))
  const name = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
  const permissions = [name, '--allow-fs-read=*', '--allow-fs-write=*', '--allow-addons']
  const output = execFileSync(process.execPath, [...permissions, script, freshFile()], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  assert.equal(output, 'ERR_ACCESS_DENIED\nwritten 6000\n')
})

test('a thread that cannot begin has done nothing, and is gone when that is told', async (t) => {
  const threads = threadsOf(t)
  const folder = mkdtempSync(join(parent, 'data-'))
  const path = join(folder, 'later', 'nametag.db')
  const writer = new Writer(path)
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await assert.rejects(writer.commit([]), NoThread)
    assert.deepEqual(
      threads.map(({ threadId }) => threadId),
      Array.from({ length: attempt }, () => ENDED),
    )
    assert.equal(writer.isRunning, false)
  }
  await writer.checkpoint()
  mkdirSync(join(folder, 'later'))
  const store = await storeOfPeople(path)
  assert.deepEqual(await writer.commit([]), new Map())
  await writer.close()
  await store.close()
})

/** What the number of a thread becomes when it is gone. */
const ENDED = -1

/** The threads that are started within a test. */
function threadsOf(t: TestContext, onStart: (thread: Worker) => void = () => {}): readonly Worker[] {
  const threads: Worker[] = []
  const listener = (thread: Worker) => {
    threads.push(thread)
    onStart(thread)
  }
  process.on('worker', listener)
  t.after(() => process.off('worker', listener))
  return threads
}
