import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import type { TeamId, UserId } from '../src/domain/ids.ts'
import { openSqlite } from '../src/storage/sqlite/open.ts'
import { makeWorkers, serialOf, startLoad, TEAM_ID, workspaceOf } from './support/crash-load.ts'
import { DEMO_FILE } from './support/demo-file.ts'
import { finish, type RunningProgram, runProgram, startProgram, until } from './support/process.ts'
import { temporaryFolder } from './support/server.ts'

/** `nametag backup` and `nametag restore`, as the real program. */

interface Place {
  readonly data: string
  readonly file: string
  readonly again: string
}

function makePlace(t: TestContext): Place {
  const folder = temporaryFolder(t)
  return { data: join(folder, 'data'), file: join(folder, 'team.nametag-backup'), again: join(folder, 'again') }
}

function startOn(t: TestContext, data: string, text: string = DEMO_FILE): Promise<RunningProgram> {
  const file = join(temporaryFolder(t), 'coffee.json')
  writeFileSync(file, text)
  return startProgram(t, ['--data', data, '--workspace', file, '--rate-limits', 'off'])
}

async function userOf(api: string, token: string): Promise<string | undefined> {
  const response = await fetch(`${api}auth.test`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
  return ((await response.json()) as { user?: string }).user
}

test('a backup that is made while 64 callers write holds all that was answered before it began, and holds nobody up', async (t) => {
  const { data, file, again } = makePlace(t)
  const workers = makeWorkers()
  const server = await startOn(t, data, workspaceOf(workers))
  const load = startLoad(server.api, workers)
  await until(() => (load.answered() > 1000 ? true : undefined))
  for (let round = 0; round < 3; round += 1) {
    const people = workers.flatMap((worker) => worker.people)
    const before = people.map(({ id, acknowledged }) => ({ id, acknowledged }))
    const answered = load.answered()
    const made = await finish(t, ['backup', '--data', data, '--to', file, '--force', '--json'])
    assert.deepEqual([made.code, made.stderr], [0, ''])
    assert.ok(load.answered() > answered)
    const after = new Map(people.map(({ id, sent }) => [id, sent]))
    const restored = await finish(t, ['restore', file, '--data', again, '--fresh'])
    assert.equal(restored.code, 0)

    const store = await openSqlite({ path: join(again, 'nametag.db'), tokenDigest: (token) => token })
    let entries = 0
    for (const { id, acknowledged } of before) {
      const user = await store.findUser(TEAM_ID as TeamId, id as UserId)
      const value = serialOf([user?.profile.title], id)
      assert.ok(value >= acknowledged && value <= (after.get(id) ?? 0), `${id}: ${acknowledged} ${value}`)
      entries += value
    }
    // Each change and its entry in the log are there together or not at all.
    assert.equal(JSON.parse(made.stdout).counts.log, entries)
    await store.close()
  }
  load.stop()
  await load.finished
  await server.stop()
})

test('a backup without the key needs it beside, and one with the key serves by itself', async (t) => {
  const { data, file, again } = makePlace(t)
  const server = await startOn(t, data)
  const key = readFileSync(join(data, 'token.key'))
  const made = await finish(t, ['backup', '--data', data, '--to', file])
  assert.match(
    made.stdout,
    /^Backed up \S+ to \S+, and checked it: 1 team, 1 person, 1 token, 0 log entries, [\d,]+ bytes\.\nThe token key is not in it: /,
  )
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.ok(!readFileSync(file).includes(key))
  await server.stop()

  const bare = await finish(t, ['restore', file, '--data', again])
  assert.match(bare.stdout, /^Restored \S+ as it was at 20\d\d-\S+Z: 1 team, 1 person, 1 token, 0 log entries\.\n$/)
  assert.match(bare.stderr, /^Put the token key of the backup at \S+token\.key: /)
  const refused = await finish(t, ['serve', '--data', again, '--port', '0'])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /^nametag: The token key \S+ is missing/)
  assert.ok(!existsSync(join(again, 'token.key')))
  const wrong = join(temporaryFolder(t), 'wrong.key')
  writeFileSync(wrong, randomBytes(32))
  const mistaken = await finish(t, ['restore', file, '--data', again, '--fresh', '--token-key', wrong])
  assert.deepEqual(
    [mistaken.code, mistaken.stderr],
    [1, `nametag: ${wrong} is not the token key of this backup. Nothing was changed.\n`],
  )
  const given = await finish(t, ['restore', file, '--data', again, '--fresh', '--token-key', join(data, 'token.key')])
  assert.deepEqual([given.code, given.stderr], [0, ''])
  const second = await startOn(t, again)
  assert.equal(await userOf(second.api, 'xoxp-zoe'), 'zoe')
  await second.stop()

  await finish(t, ['backup', '--data', again, '--to', file, '--force', '--with-key'])
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const elsewhere = join(temporaryFolder(t), 'elsewhere')
  assert.equal((await finish(t, ['restore', file, '--data', elsewhere])).stderr, '')
  assert.equal(statSync(join(elsewhere, 'token.key')).mode & 0o777, 0o600)
  assert.ok(!readFileSync(join(elsewhere, 'nametag.db')).includes(key))
  const third = await startOn(t, elsewhere)
  assert.equal(await userOf(third.api, 'xoxp-zoe'), 'zoe')
  await third.stop()
})

test('a server that was killed is backed up as it is, with what stands in its log alone', async (t) => {
  const { data, file, again } = makePlace(t)
  const server = await startOn(t, data)
  const headers = { authorization: 'Bearer xoxp-zoe' }
  const body = new URLSearchParams({ name: 'title', value: 'Roaster' })
  await fetch(`${server.api}users.profile.set`, { method: 'POST', headers, body })
  await server.stop('SIGKILL')
  assert.ok(statSync(join(data, 'nametag.db-wal')).size > 0)
  assert.equal((await finish(t, ['backup', '--data', data, '--to', file])).code, 0)
  assert.equal((await finish(t, ['restore', file, '--data', again])).code, 0)
  const db = new Database(join(again, 'nametag.db'), { readonly: true })
  assert.match(db.prepare<[], string>('select body from users').pluck().get() ?? '', /"title":"Roaster"/)
  db.close()
})

test('a file that is there is not replaced unless told, and what cannot be done leaves nothing behind', async (t) => {
  const { data, file } = makePlace(t)
  await (await startOn(t, data)).stop()
  writeFileSync(file, 'mine')
  const kept = await finish(t, ['backup', '--data', data, '--to', file])
  assert.deepEqual(kept, { code: 1, stdout: '', stderr: `nametag: ${file} is there already; --force replaces it.\n` })
  assert.equal(readFileSync(file, 'utf8'), 'mine')
  const nowhere = await finish(t, ['backup', '--data', data, '--to', join(file, 'x')])
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.stderr, /^nametag: \S+ cannot be written: ENOTDIR/)
  const empty = temporaryFolder(t)
  const nothing = await finish(t, ['backup', '--data', empty, '--to', `${file}2`])
  assert.deepEqual([nothing.code, nothing.stderr], [1, `nametag: There is no data of a Nametag server in ${empty}.\n`])
  writeFileSync(join(data, 'token.key'), randomBytes(32))
  const mistaken = await finish(t, ['backup', '--data', data, '--to', `${file}2`, '--with-key'])
  assert.equal(mistaken.code, 1)
  assert.match(mistaken.stderr, /is not the one that the store keeps its tokens under\.\n$/)
  assert.deepEqual(readdirSync(join(data, '..')).toSorted(), ['data', 'team.nametag-backup'])
})

test('restore refuses what is no whole backup, a folder with data and one in use, and changes nothing', async (t) => {
  const { data, file, again } = makePlace(t)
  const server = await startOn(t, data)
  assert.equal((await finish(t, ['backup', '--data', data, '--to', file])).code, 0)

  for (const fresh of [[], ['--fresh']]) {
    const used = await finish(t, ['restore', file, '--data', data, ...fresh])
    assert.deepEqual(
      [used.code, used.stderr],
      [1, `nametag: The data directory ${data} is in use by process ${server.pid}.\n`],
    )
  }
  assert.equal(await userOf(server.api, 'xoxp-zoe'), 'zoe')
  await server.stop()
  const full = await finish(t, ['restore', file, '--data', data])
  assert.match(
    full.stderr,
    /^nametag: \S+ holds data already: choose an empty folder, or --fresh deletes what is there\.\n$/,
  )

  const bad = [
    ['other', (path: string) => writeFileSync(path, 'x'.repeat(10_000)), 'is no backup of Nametag'],
    ['empty', (path: string) => writeFileSync(path, ''), 'is no backup of Nametag'],
    [
      'a database',
      (path: string) => writeFileSync(path, readFileSync(join(data, 'nametag.db'))),
      'is no backup of Nametag',
    ],
    ['cut off', (path: string) => truncateSync(path, statSync(path).size - 4096), 'is damaged'],
    ['changed', changeOnePage, 'is damaged'],
    ['of fewer rows', (path: string) => change(path, 'delete from tokens'), 'is damaged'],
    ['newer', (path: string) => change(path, "insert into migrations values (99, 'later', '')"), 'knows none above'],
  ] as const
  for (const [name, spoil, sentence] of bad) {
    const path = join(temporaryFolder(t), 'bad')
    writeFileSync(path, readFileSync(file))
    spoil(path)
    const { code, stderr } = await finish(t, ['restore', path, '--data', again])
    assert.equal(code, 1, name)
    assert.ok(stderr.includes(sentence), `${name}: ${stderr}`)
    assert.ok(!existsSync(again), name)
  }
  const again2 = await startOn(t, data)
  assert.equal(await userOf(again2.api, 'xoxp-zoe'), 'zoe')
  await again2.stop()
})

test('where the key is lost, the tokens can be left out, and the owner signs in anew', async (t) => {
  const { data, file, again } = makePlace(t)
  await (await startOn(t, data)).stop()
  await finish(t, ['backup', '--data', data, '--to', file])
  const { code, stderr } = await finish(t, ['restore', file, '--data', again, '--without-tokens'])
  assert.deepEqual(
    [code, stderr],
    [0, 'The tokens are left out: the next start prints a sign-in link for the owner.\n'],
  )
  const server = await startProgram(t, ['--data', again], { command: 'serve' })
  assert.match(server.stderr(), /\/sign-in\?code=/)
  assert.equal(await userOf(server.api, 'xoxp-zoe'), undefined)
  await server.stop()
})

test('a backup that is broken off leaves nothing behind', async (t) => {
  const { data, file } = makePlace(t)
  await (await startOn(t, data)).stop()
  const db = new Database(join(data, 'nametag.db'))
  const body = 'x'.repeat(20_000)
  const add = db.prepare(
    "insert into log (team_id, seq, user_id, kind, types, at, body) values ('T', ?, 'U', 'user', '', 0, ?)",
  )
  db.transaction(() => {
    for (let row = 0; row < 10_000; row += 1) add.run(row + 1, body)
  })()
  db.close()
  const folder = join(data, '..')
  const program = runProgram(t, ['backup', '--data', data, '--to', file])
  await until(() => readdirSync(folder).find((name) => name.endsWith('.part')))
  assert.deepEqual(await program.stop('SIGINT'), { code: 130, signal: null })
  assert.deepEqual(readdirSync(folder), ['data'])
})

function changeOnePage(path: string): void {
  const bytes = readFileSync(path)
  bytes.fill(0xff, 3 * 4096, 3 * 4096 + 200)
  writeFileSync(path, bytes)
}

function change(path: string, sql: string): void {
  chmodSync(path, 0o600)
  const db = new Database(path)
  db.exec(sql)
  db.close()
}
