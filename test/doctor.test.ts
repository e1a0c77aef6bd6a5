import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { DEMO_FILE } from './support/demo-file.ts'
import { finish, startProgram } from './support/process.ts'
import { temporaryFolder } from './support/server.ts'
import { startMailServer } from './support/smtp.ts'

/** `nametag doctor` on a folder, as the real program. */

interface Told {
  readonly ok: boolean
  readonly problems: number
  readonly findings: readonly {
    readonly what: string
    readonly state: string
    readonly found: string
    readonly advice?: string
  }[]
}

async function ask(t: TestContext, ...flags: readonly string[]) {
  const { code, stdout, stderr } = await finish(t, ['doctor', ...flags, '--json'])
  const told: Told = JSON.parse(stdout)
  assert.deepEqual([code, stderr], [told.ok ? 0 : 1, ''])
  return {
    told,
    notOk: told.findings.filter(({ state }) => state !== 'ok').map(({ what, state }) => `${state} ${what}`),
  }
}

async function makeData(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t)
  const file = join(folder, 'coffee.json')
  writeFileSync(file, DEMO_FILE)
  const data = join(folder, 'data')
  await (await startProgram(t, ['--data', data, '--workspace', file], { command: 'serve' })).stop()
  return data
}

/** What a machine for tests may lack. */
const ofMachine = (notOk: readonly string[]) =>
  notOk.filter((line) => !/(?:Open files|Free disk|Durability)$/.test(line))

test('a sound folder is found so while a server runs on it and while none does, and nothing is left in it', async (t) => {
  const data = await makeData(t)
  const mails = await startMailServer(t)
  const before = readdirSync(data)
  const stopped = await ask(t, '--data', data)
  assert.deepEqual(ofMachine(stopped.notOk), [])
  const left = readdirSync(data).filter((name) => !before.includes(name) && !/-(?:wal|shm)$/.test(name))
  assert.deepEqual(left, [])
  const node = await startProgram(t, ['--data', data], { command: 'serve' })
  const running = await ask(t, '--data', data, '--public-url', node.url, '--smtp-url', mails.url)
  assert.deepEqual(ofMachine(running.notOk), [])
  const found = new Map(running.told.findings.map((finding) => [finding.what, finding.found]))
  assert.equal(found.get('Server'), `one runs on ${data}.`)
  assert.equal(found.get('Public URL'), `${node.url} leads to a server.`)
  assert.match(found.get('Durability') ?? '', /journal_mode = wal, synchronous = full/)
  await node.stop()
})

test('a person reads a line for each thing, and what to do below those that are not well', async (t) => {
  const data = await makeData(t)
  chmodSync(data, 0o755)
  const { code, stdout } = await finish(t, ['doctor', '--data', data])
  assert.equal(code, 0)
  assert.match(stdout, /^ok {7}SQLite: version \d/m)
  assert.match(
    stdout,
    new RegExp(
      `^warning {2}Data folder: ${data} has mode 755: others can look into it\\.\n {9}→ Run: chmod 700 ${data}$`,
      'm',
    ),
  )
  assert.match(stdout, /\n0 problems, \d+ warnings?\.\n$/)
})

const SICK: readonly (readonly [name: string, spoil: (data: string) => void, told: readonly string[]])[] = [
  ['a key that others can read', (data) => chmodSync(join(data, 'token.key'), 0o644), ['problem Token key']],
  ['a key that is missing', (data) => rmSync(join(data, 'token.key')), ['problem Token key']],
  ['another key', (data) => writeFileSync(join(data, 'token.key'), 'k'.repeat(32)), ['problem Token key']],
  ['half a key', (data) => truncateSync(join(data, 'token.key'), 16), ['problem Token key']],
  ['a damaged database', damage, ['problem Integrity']],
  [
    'what is no database',
    (data) => writeFileSync(join(data, 'nametag.db'), 'x'.repeat(9000)),
    ['problem Schema', 'problem Store'],
  ],
  [
    'a database of a newer version',
    (data) => change(data, "insert into migrations values (99, 'later', '')"),
    ['problem Schema'],
  ],
  [
    'an import that was cut off',
    (data) => change(data, "insert into notes values ('import', 'x')"),
    ['problem Import'],
  ],
]

for (const [name, spoil, expected] of SICK) {
  test(`${name} is a problem, and it says what to do`, async (t) => {
    const data = await makeData(t)
    spoil(data)
    const { told, notOk } = await ask(t, '--data', data)
    assert.deepEqual(ofMachine(notOk), expected)
    for (const finding of told.findings) assert.equal(finding.state !== 'ok', finding.advice !== undefined)
  })
}

test('a folder that is not there, an address without a server, and a mail server that is away are told', async (t) => {
  const data = join(temporaryFolder(t), 'nothing')
  const flags = ['--public-url', 'http://127.0.0.1:1', '--smtp-url', 'smtp://user:s3cret@127.0.0.1:1']
  const { told, notOk } = await ask(t, '--data', data, ...flags)
  assert.deepEqual(ofMachine(notOk), ['warning Data folder', 'problem Public URL', 'problem Mail server'])
  assert.ok(!JSON.stringify(told).includes('s3cret'))
})

test('without anything named, the machine alone is looked at', async (t) => {
  const { told } = await ask(t)
  assert.deepEqual(
    told.findings.map(({ what }) => what).filter((what) => what !== 'Open files'),
    ['Nametag', 'Node.js', 'SQLite'],
  )
})

function damage(data: string): void {
  const path = join(data, 'nametag.db')
  const db = new Database(path)
  db.pragma('journal_mode = delete')
  const { rootpage } = db
    .prepare<[], { rootpage: number }>("select rootpage from sqlite_schema where name = 'users'")
    .get() ?? { rootpage: 0 }
  db.close()
  const bytes = readFileSync(path)
  const start = (rootpage - 1) * 4096
  writeFileSync(path, bytes.fill(0xff, start, start + 100))
}

function change(data: string, sql: string): void {
  const db = new Database(join(data, 'nametag.db'))
  db.exec(sql)
  db.close()
}
