import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import pg from 'pg'
import { startPostgres } from '../support/postgres.ts'
import { finish, startProgram } from '../support/process.ts'
import { temporaryFolder } from '../support/server.ts'

/** `nametag doctor` on a database, as the real program. */

const server = await startPostgres({ fsync: 'on', full_page_writes: 'on' })
after(() => server.stop())

interface Finding {
  readonly what: string
  readonly state: string
  readonly found: string
  readonly advice?: string
}

async function ask(t: TestContext, url: string, key: string) {
  const { code, stdout, stderr } = await finish(t, ['doctor', '--database-url', url, '--token-key', key, '--json'])
  const told: { readonly ok: boolean; readonly findings: readonly Finding[] } = JSON.parse(stdout)
  assert.deepEqual([code, stderr], [told.ok ? 0 : 1, ''])
  const notOk = told.findings.filter(({ state }) => state !== 'ok').map(({ what, state }) => `${state} ${what}`)
  // How quick, and how full, the machine is says nothing here.
  return { told, notOk: notOk.filter((line) => !/(?:Open files|Distance|Clock)$/.test(line)) }
}

async function run(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

test('a sound database is found so while servers run on it', async (t) => {
  const url = await server.createDatabase()
  const key = join(temporaryFolder(t), 'token.key')
  assert.deepEqual((await ask(t, url, key)).notOk, ['warning Schema'])
  const nodes = await Promise.all(
    [1, 2].map(() => startProgram(t, ['--database-url', url, '--token-key', key], { command: 'serve' })),
  )
  const { told, notOk } = await ask(t, url, key)
  assert.deepEqual(notOk, [])
  const found = new Map(told.findings.map((finding) => [finding.what, finding.found]))
  assert.equal(found.get('Servers'), '2 run on it just now.')
  assert.equal(found.get('LISTEN'), 'notifications come through.')
  assert.match(found.get('Connections') ?? '', /^\d+ of \d+ are taken; each server takes up to 12\.$/)
  assert.match(found.get('Version') ?? '', /^PostgreSQL \d+/)
  for (const node of nodes) await node.stop()
})

test('what can lose changes, or keeps servers from starting, is told with what to do', async (t) => {
  const url = await server.createDatabase()
  const name = new URL(url).pathname.slice(1)
  const key = join(temporaryFolder(t), 'token.key')
  await (await startProgram(t, ['--database-url', url, '--token-key', key], { command: 'serve' })).stop()
  await run(url, `alter database ${name} set synchronous_commit = off`, `alter database ${name} connection limit 8`)
  chmodSync(key, 0o644)
  const sick = await ask(t, url, key)
  assert.deepEqual(sick.notOk, ['problem synchronous_commit', 'warning Connections', 'problem Token key'])
  for (const finding of sick.told.findings) assert.equal(finding.state !== 'ok', finding.advice !== undefined)

  await run(url, `alter database ${name} reset all`, `alter database ${name} connection limit -1`)
  writeFileSync(key, randomBytes(32))
  await run(url, "insert into notes values ('import', 'x')")
  assert.deepEqual((await ask(t, url, key)).notOk, ['problem Import', 'problem Token key'])
  await run(url, "insert into migrations (number, name, checksum) values (99, 'later', '')")
  assert.deepEqual((await ask(t, url, key)).notOk, ['problem Schema'])
})

test('a database that cannot be reached is one problem, without its password', async (t) => {
  const { told, notOk } = await ask(
    t,
    'postgres://ada:s3cret@127.0.0.1:1/people',
    join(temporaryFolder(t), 'token.key'),
  )
  assert.deepEqual(notOk, ['problem Database'])
  assert.ok(!JSON.stringify(told).includes('s3cret'))
})

test('settings that a power cut makes use of are problems', async (t) => {
  const careless = await startPostgres({ fsync: 'off', full_page_writes: 'off' })
  t.after(() => careless.stop())
  const { notOk } = await ask(t, await careless.createDatabase(), join(temporaryFolder(t), 'token.key'))
  assert.deepEqual(notOk, ['problem Flushes', 'warning Schema'])
})
