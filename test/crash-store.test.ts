import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import type { LogEntry, OtherFact } from '../src/domain/event.ts'
import type { UserId } from '../src/domain/ids.ts'
import { TEAM, team, user } from '../src/storage/conformance/people.ts'
import { openSqlite } from '../src/storage/sqlite/open.ts'
import { factsOf, titleOf } from './crash/titles.ts'

const KILLS = 20
const CALLERS = 64
const PEOPLE = Array.from({ length: 50 }, (_, index) => `U0P${index + 100}` as UserId)
const WRITER = fileURLToPath(new URL('./crash/write-store.ts', import.meta.url))
const tokenDigest = (token: string) => token

test(`a writer that is killed ${KILLS} times loses no answered write, no log entry, and leaves none half done`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'nametag-crash-'))
  const path = join(directory, 'nametag.db')
  await found(path)

  const answered = new Map<string, number>()
  let read: Read = { seq: 0, values: new Map() }
  let answers = 0
  for (let kill = 0; kill < KILLS; kill += 1) {
    const lines = await writeUntilKilled(path, Math.random())
    answers += lines.length
    for (const [userId = '', value] of lines.map((line) => line.split(' '))) answered.set(userId, Number(value))
    read = await check(path, answered, read)
    checkIntegrity(path)
  }
  assert.ok(answers > KILLS * 50, `only ${answers} answers`)
  rmSync(directory, { recursive: true })
})

async function found(path: string): Promise<void> {
  const store = await openSqlite({ path, tokenDigest })
  await store.addTeam(
    team(),
    PEOPLE.map((id, ordinal) => user(id, { ordinal, updated: 0 })),
  )
  await store.close()
}

/** The answers that a writer gave before it was killed, some time after the first one: now within a few batches,
 * now after hundreds, when checkpoints and restarts of the WAL have come by. */
async function writeUntilKilled(path: string, chance: number): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [WRITER, path, String(CALLERS)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  const ended = once(writer, 'close')
  await new Promise<void>((resolve) => {
    writer.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (output === '') killLater(writer, chance ** 2 * 300)
      output += text
    })
    writer.once('exit', () => resolve())
  })
  await ended
  assert.equal(writer.signalCode, 'SIGKILL')
  // What stands behind the last line break was cut off by the kill.
  return output.split('\n').slice(0, -1)
}

function killLater(writer: ChildProcess, delayMs: number): void {
  setTimeout(() => writer.kill('SIGKILL'), delayMs)
}

/** How far the log was read, and the last value of each user there. */
interface Read {
  readonly seq: number
  readonly values: ReadonlyMap<string, number>
}

/** Every user's log tells of the values 1, 2, 3 … without a gap up to the value that its row holds, which is at least
 * the last one that was answered. Every event is followed by all the facts of its change. */
async function check(path: string, answered: ReadonlyMap<string, number>, read: Read): Promise<Read> {
  const store = await openSqlite({ path, tokenDigest })
  const values = new Map(read.values)
  const facts: OtherFact[] = []
  let seq = read.seq
  for (let page = await store.readLog(TEAM, seq, 1000); page.length > 0; page = await store.readLog(TEAM, seq, 1000)) {
    for (const entry of page) {
      assert.equal(entry.seq, seq + 1)
      seq = entry.seq
      const fact = facts.shift()
      if (fact === undefined) facts.push(...checkEvent(entry, values))
      else assert.deepEqual(entry, { ...fact, seq, teamId: TEAM, at: entry.at })
    }
  }
  assert.deepEqual(facts, [], 'facts of the last change are missing')
  for (const id of PEOPLE) {
    const stored = await store.findUser(TEAM, id)
    assert.equal(stored?.updated, values.get(id) ?? 0, `the row of ${id}`)
    assert.ok((stored?.updated ?? 0) >= (answered.get(id) ?? 0), `an answered write of ${id} is lost`)
  }
  await store.close()
  return { seq, values }
}

/** The facts that have to follow the event. */
function checkEvent(entry: LogEntry, values: Map<string, number>): readonly OtherFact[] {
  assert.ok(entry.kind === 'user', `${entry.kind} ${entry.seq} belongs to no change`)
  const { id, updated, profile } = entry.user
  const value = (values.get(id) ?? 0) + 1
  assert.equal(updated, value, `the log of ${id}`)
  assert.equal(profile.title, titleOf(value))
  values.set(id, value)
  return factsOf(id, value)
}

function checkIntegrity(path: string): void {
  const db = new Database(path)
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
  db.close()
}
