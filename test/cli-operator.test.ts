import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from '../src/storage/sqlite/connection.ts'
import { migrate } from '../src/storage/sqlite/migrate.ts'
import { MIGRATIONS } from '../src/storage/sqlite/migrations.ts'
import { finish, startProgram } from './support/process.ts'
import { temporaryFolder } from './support/server.ts'

/** The commands of whoever runs a server, on a folder, as the real program. */

const NAMES = MIGRATIONS.map(({ number, name }) => `${String(number).padStart(4, '0')}-${name}`)

test('migrate says which migrations ran, and --check which are missing, changing nothing', async (t) => {
  const data = temporaryFolder(t)
  const db = connect(join(data, 'nametag.db'))
  migrate(db, MIGRATIONS.slice(0, 2))
  db.close()
  for (let times = 0; times < 2; times += 1) {
    const check = await finish(t, ['migrate', '--data', data, '--check'])
    assert.deepEqual([check.code, check.stderr], [1, ''])
    const missing = `Missing in ${data}: ${NAMES.slice(2).join(', ')}. "nametag migrate", or the next start of a server, applies them.\n`
    assert.equal(check.stdout, missing)
  }
  const done = await finish(t, ['migrate', '--data', data])
  const upToDate = `Up to date with schema ${MIGRATIONS.length}: ${data}.`
  assert.deepEqual(done, {
    code: 0,
    stdout: [...NAMES.slice(2).map((name) => `Applied ${name}.`), upToDate, ''].join('\n'),
    stderr: '',
  })
  const check = await finish(t, ['migrate', '--data', data, '--check', '--json'])
  assert.deepEqual(check.code, 0)
  assert.deepEqual(JSON.parse(check.stdout), { applied: [], missing: [], schema: MIGRATIONS.length })
})

test('while a server runs, migrate --check tells and migrate is refused', async (t) => {
  const data = temporaryFolder(t)
  const server = await startProgram(t, ['--data', data], { command: 'serve' })
  assert.equal((await finish(t, ['migrate', '--data', data, '--check'])).code, 0)
  const refused = await finish(t, ['migrate', '--data', data])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /^nametag: The data directory .* is in use by process \d+\.\n$/)
  await server.stop()
})

test('--check makes nothing where nothing is', async (t) => {
  const data = join(temporaryFolder(t), 'nothing')
  const { code, stderr } = await finish(t, ['migrate', '--data', data, '--check'])
  assert.deepEqual([code, stderr], [1, `nametag: There is no data of a Nametag server in ${data}.\n`])
  assert.ok(!existsSync(data))
})
