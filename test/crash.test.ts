import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { Worker as Thread } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { User } from '../src/domain/user.ts'
import {
  makeWorkers,
  type Person,
  SERIAL_FIELD,
  serialOf,
  startLoad,
  WORKERS,
  type Worker,
  workspaceOf,
} from './support/crash-load.ts'
import { runProgram, startProgram, until } from './support/process.ts'
import { randomFrom } from './support/random.ts'
import { send } from './support/send.ts'
import { temporaryFolder } from './support/server.ts'

/** The process is killed at random moments. `NAMETAG_CRASH_ROUNDS` says how often; a seed makes the same choices again. */

const ROUNDS = Number(process.env.NAMETAG_CRASH_ROUNDS ?? 50)
const SEED = Number(process.env.NAMETAG_CRASH_SEED ?? Date.now() % 1_000_000)
const KILL_MS_MAX = 200
const TYPES = 'user_change user_profile_changed user_status_changed'

test(`${ROUNDS} kills under load lose nothing that was acknowledged, and halve nothing`, async (t) => {
  t.diagnostic(`NAMETAG_CRASH_SEED=${SEED}`)
  const folder = temporaryFolder(t)
  const workers = makeWorkers()
  const workspace = join(folder, 'workspace.json')
  writeFileSync(workspace, workspaceOf(workers))
  const argv = ['--data', join(folder, 'data'), '--workspace', workspace, '--rate-limits', 'off']
  const random = randomFrom(SEED)
  let logEnd = 0
  let answers = 0

  for (let round = 1; round <= ROUNDS + 1; round++) {
    const server = await startProgram(t, argv)
    const stored = await readPeople(server.api, workers)
    logEnd = checkEverything(join(folder, 'data', 'nametag.db'), workers, stored, logEnd)
    if (round > ROUNDS) {
      assert.equal((await server.stop('SIGTERM')).code, 0)
      break
    }
    const load = startLoad(server.api, workers)
    await until(
      () => (load.answered() >= WORKERS ? true : undefined),
      () => `Nobody is answered.\n${server.stderr()}`,
    )
    killLater(server.pid, KILL_MS_MAX * random())
    assert.equal((await server.exited).signal, 'SIGKILL')
    await load.finished
    assert.equal(server.stderr(), '', 'nothing was logged')
    answers += load.answered()
  }
  t.diagnostic(`${answers} writes were acknowledged; of those that were not, ${logEnd - answers} are there`)
  assert.ok(logEnd >= answers)
})

test('a kill while the data folder is filled for the first time is made good by the next start', async (t) => {
  const folder = temporaryFolder(t)
  const workspace = join(folder, 'workspace.json')
  const workers = makeWorkers()
  writeFileSync(workspace, workspaceOf(workers))
  const argv = ['dev', '--port', '0', '--json', '--data', join(folder, 'data'), '--workspace', workspace]
  for (const sign of ['token.key', 'nametag.db', 'nametag.db-wal', 'workspace.json']) {
    const cut = runProgram(t, argv)
    const path = join(folder, 'data', sign)
    await until(() => existsSync(path) || cut.stdout() || undefined)
    await cut.stop('SIGKILL')
  }
  const server = await startProgram(t, argv.slice(4))
  const stored = await readPeople(server.api, workers)
  assert.equal(stored.size, workers.flatMap(({ people }) => people).length)
})

function killLater(pid: number, milliseconds: number): void {
  new Thread(new URL('./support/kill-later.ts', import.meta.url), { workerData: { pid, milliseconds } })
}

/** Asks the server for everybody. */
async function readPeople(api: string, workers: readonly Worker[]): Promise<Map<Person, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: WORKERS })
  const stored = new Map<Person, number>()
  const ask = async (token: string, person: Person) => {
    const headers = { authorization: `Bearer ${token}` }
    const { json } = await send(`${api}users.profile.get?user=${person.id}`, { method: 'GET', headers, agent })
    assert.equal(json.ok, true, JSON.stringify(json))
    const { title, phone, status_text, fields } = json.profile
    stored.set(person, serialOf([title, phone, status_text, fields[SERIAL_FIELD]?.value], `${person.id} as answered`))
  }
  await Promise.all(workers.flatMap(({ token, people }) => people.map((person) => ask(token, person))))
  agent.destroy()
  return stored
}

/** Reads the database beside the running server and compares it with what was answered, before the kill and now. Gives
 * the end of the log. */
function checkEverything(
  file: string,
  workers: readonly Worker[],
  stored: ReadonlyMap<Person, number>,
  logEnd: number,
): number {
  const db = new Database(file, { readonly: true })
  try {
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
    const log = readLog(db, logEnd)
    for (const { people } of workers) {
      for (const person of people)
        checkPerson(person, stored.get(person) ?? Number.NaN, log.serials.get(person.id) ?? [])
    }
    return log.end
  } finally {
    db.close()
  }
}

function checkPerson(person: Person, stored: number, logged: readonly number[]): void {
  const { id, acknowledged, sent, checked } = person
  assert.ok(
    stored === acknowledged || stored === sent,
    `${id}: ${acknowledged} was acknowledged, ${sent} was sent, ${stored} is there`,
  )
  const expected = Array.from({ length: Math.max(0, stored - checked) }, (_, index) => checked + 1 + index)
  assert.deepEqual(logged, expected, `${id}: the log tells of every write, once and in order`)
  person.acknowledged = stored
  person.checked = sent
}

interface LogRow {
  readonly seq: number
  readonly user_id: string
  readonly types: string
  readonly body: string
}

function readLog(
  db: Database.Database,
  after: number,
): { readonly end: number; readonly serials: ReadonlyMap<string, number[]> } {
  const rows = db
    .prepare<[number], LogRow>('select seq, user_id, types, body from log where seq > ? order by seq')
    .all(after)
  const serials = new Map<string, number[]>()
  for (const { user_id, types, body } of rows) {
    const { profile } = JSON.parse(body) as User
    const field = (profile.fields as Readonly<Record<string, { value: string }>>)[SERIAL_FIELD]?.value
    const serial = serialOf([profile.title, profile.phone, profile.status.text, field], `${user_id} in the log`)
    // The first write alone changes the emoji too, but each changes the status and the rest.
    assert.equal(types, TYPES)
    serials.set(user_id, [...(serials.get(user_id) ?? []), serial])
  }
  return { end: rows.at(-1)?.seq ?? after, serials }
}
