import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import pg from 'pg'
import type { AppId, UserId } from '../../src/domain/ids.ts'
import type { App } from '../../src/domain/team.ts'
import {
  ADA,
  BOB,
  grant,
  keyFor,
  OTHER_TEAM,
  setTitle,
  TEAM,
  team,
  user,
  withStatus,
} from '../../src/storage/conformance/people.ts'
import { undelivered } from '../../src/storage/conformance/readers.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import type { Change, Loaded, Store } from '../../src/storage/store.ts'
import { digestWith } from '../../src/storage/token-keys.ts'
import { startPostgres } from '../support/postgres.ts'
import { finish, type ProgramOptions, runProgram, startProgram, until } from '../support/process.ts'
import { temporaryFolder } from '../support/server.ts'

/** `nametag export` and `nametag import` between the engines, as the real program. */

const server = await startPostgres()
after(() => server.stop())

interface Around {
  readonly folder: string
  readonly key: string
  readonly digest: (token: string) => string
}

function begin(t: TestContext): Around {
  const folder = temporaryFolder(t)
  const key = join(folder, 'token.key')
  writeFileSync(key, randomBytes(32))
  return { folder, key, digest: digestWith(readFileSync(key)) }
}

const APP_OF_TEAM: App = {
  id: 'A1' as AppId,
  name: 'Ω',
  botUser: null,
  collaborators: [],
  signingSecret: 'secret',
  verificationToken: '',
  socketMode: true,
  requestUrl: null,
  events: [],
  response: 'modern',
  restricted: false,
}

/** A store with something in every table, in teams whose logs have the same numbers. */
async function fill(store: Store): Promise<void> {
  const ownApp = { ...team(), apps: new Map([[APP_OF_TEAM.id, APP_OF_TEAM]]) }
  await store.addTeam(ownApp, [user(ADA, { email: 'Ada@Example.com' }), withStatus(BOB, 2_000_000_000)])
  await store.addTeam({ ...team(OTHER_TEAM), name: 'Teé "Room"' }, [user(ADA, { teamId: OTHER_TEAM })])
  for (let round = 0; round < 30; round += 1) {
    await store.change(keyFor(round % 2 === 0 ? ADA : BOB), setTitle(`round ${round} 😀\u2028`))
    await store.change(keyFor(ADA, { teamId: OTHER_TEAM }), setTitle(`other ${round}`))
  }
  await store.addToken('xoxp-ada', grant('Tk1', { scopes: ['users:read'] }))
  await store.addToken('xoxp-old', grant('Tk2'))
  await store.addToken('xoxp-tea', grant('Tk1', { teamId: OTHER_TEAM, scopes: ['users:read'] }))
  await store.revokeToken(TEAM, 'Tk2', 500)
  await store.saveProgress({
    teamId: TEAM,
    reader: 'app:A1',
    cursor: 7,
    keep: [undelivered('Ev1'), undelivered('Ev2', { nextAt: null })],
  })
  await store.putNote('workspace', '{"digest":"x","complete":true}', null)
}

interface Told {
  readonly digest: string
  readonly counts: Readonly<Record<string, number>>
}

async function succeed(t: TestContext, argv: readonly string[], options?: ProgramOptions): Promise<Told> {
  const { code, stdout, stderr } = await finish(t, [...argv, '--json'], options)
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

async function fail(t: TestContext, argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await finish(t, argv)
  assert.deepEqual([code, stdout], [1, ''])
  return stderr
}

async function userOf(api: string, token: string): Promise<string | undefined> {
  const response = await fetch(`${api}auth.test`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
  return ((await response.json()) as { user?: string }).user
}

test('from SQLite to PostgreSQL and back everything is the same, and tokens work under the same key', async (t) => {
  const { folder, key, digest } = begin(t)
  const [first, second] = ['first', 'second'].map((name) => join(folder, name)) as [string, string]
  for (const data of [first, second]) {
    mkdirSync(data)
    copyFileSync(key, join(data, 'token.key'))
  }
  const store = await openSqlite({ path: join(first, 'nametag.db'), tokenDigest: digest })
  await fill(store)
  // A log that begins in its midst.
  assert.equal(await store.trimLog(OTHER_TEAM, { before: Date.now(), unreadBefore: 0 }, 100), 29)
  await store.close()

  const url = await server.createDatabase()
  const database = ['--database-url', url, '--token-key', key]
  const exported = await succeed(t, ['export', '--data', first, '--to', join(folder, 'a.jsonl.gz')])
  assert.deepEqual(exported.counts, { teams: 2, users: 3, tokens: 3, log: 31, cursors: 1, undelivered: 2, notes: 1 })
  assert.equal(statSync(join(folder, 'a.jsonl.gz')).mode & 0o777, 0o600)
  const imported = await succeed(t, ['import', join(folder, 'a.jsonl.gz'), ...database])
  assert.equal(imported.digest, exported.digest)
  const again = await succeed(t, ['export', '--database-url', url, '--to', join(folder, 'b.jsonl')])
  assert.equal(again.digest, exported.digest)
  const back = await succeed(t, ['import', join(folder, 'b.jsonl'), '--data', second])
  assert.equal(back.digest, exported.digest)
  assert.deepEqual(readdirSync(folder).toSorted(), ['a.jsonl.gz', 'b.jsonl', 'first', 'second', 'token.key'])

  for (const flags of [['--data', second], database]) {
    const node = await startProgram(t, flags, { command: 'serve' })
    assert.equal(await userOf(node.api, 'xoxp-ada'), ADA.toLowerCase())
    assert.equal(await userOf(node.api, 'xoxp-tea'), ADA.toLowerCase())
    assert.equal(await userOf(node.api, 'xoxp-old'), undefined)
    await node.stop()
  }
  const stores = [
    await openSqlite({ path: join(second, 'nametag.db'), tokenDigest: digest }),
    await openPostgres({ url, tokenDigest: digest }),
  ]
  for (const moved of stores) await goesOn(moved)
})

/** What an engine makes out of the rows is there too: heads of the logs, teams with apps, addresses, what is due. */
async function goesOn(store: Store): Promise<void> {
  assert.deepEqual(
    (await store.findTeamsWithApps(null, 10)).map(({ id }) => id),
    [TEAM],
  )
  assert.equal(await store.findLastSeq(OTHER_TEAM), 30)
  await store.change(keyFor(ADA, { teamId: OTHER_TEAM }), setTitle('after'))
  assert.equal(await store.findLastSeq(OTHER_TEAM), 31)
  await store.change(keyFor(ADA), setTitle('after'))
  assert.equal(await store.findLastSeq(TEAM), 31)
  const entry = await store.findEntry(TEAM, 31)
  assert.ok(entry?.kind === 'user' && entry.user.profile.title === 'after')
  assert.equal(await store.findNextExpiration(), 2_000_000_000)
  assert.equal(await store.findCursor(TEAM, 'app:A1'), 7)
  await store.close()
}

test('an import goes into an empty store alone, with the right key, and changes nothing otherwise', async (t) => {
  const { folder, key, digest } = begin(t)
  const file = join(folder, 'people.jsonl')
  const [source, target] = [await server.createDatabase(), await server.createDatabase()]
  const node = await startProgram(t, ['--database-url', source, '--token-key', key], { command: 'serve' })
  await node.stop()
  const store = await openPostgres({ url: source, tokenDigest: digest })
  await fill(store).catch(() => undefined)
  await store.close()
  const { digest: before } = await succeed(t, ['export', '--database-url', source, '--to', file])

  const wrong = join(folder, 'wrong.key')
  writeFileSync(wrong, randomBytes(32))
  assert.match(
    await fail(t, ['import', file, '--database-url', target, '--token-key', wrong]),
    /^nametag: \S+wrong\.key is not the token key of this export\. .*--without-tokens\.\n$/,
  )
  assert.match(
    await fail(t, ['import', file, '--database-url', source, '--token-key', key]),
    /^nametag: the database \S+ on \S+ holds data already: an import needs an empty store\.\n$/,
  )
  for (const fresh of [[], ['--fresh']]) {
    assert.match(
      await fail(t, ['import', file, '--database-url', source, '--token-key', key, ...fresh]),
      /holds data already/,
    )
  }
  const kept = await succeed(t, ['export', '--database-url', source, '--to', file, '--force'])
  assert.equal(kept.digest, before)

  const absent = join(folder, 'absent.key')
  const told = await finish(t, ['import', file, '--database-url', target, '--token-key', absent])
  assert.equal(told.code, 0)
  assert.match(
    told.stdout,
    /^Imported \S+ into the database \S+ on \S+, and read it back: 3 teams, .*, the same as exported\.\nDigest: [0-9a-f]{64}\n$/,
  )
  assert.match(told.stderr, /^Put the token key of the store that was exported at \S+absent\.key: /)
  assert.match(await fail(t, ['serve', '--port', '0', '--database-url', target, '--token-key', absent]), /is missing/)
})

test('without their key, the tokens can be left behind', async (t) => {
  const { folder, digest } = begin(t)
  const data = join(folder, 'data')
  mkdirSync(data)
  const store = await openSqlite({ path: join(data, 'nametag.db'), tokenDigest: digest })
  await fill(store)
  await store.close()
  const file = join(folder, 'people.jsonl')
  await succeed(t, ['export', '--data', data, '--to', file])
  const flags = ['--database-url', await server.createDatabase(), '--token-key', join(folder, 'new.key')]
  const { counts } = await succeed(t, ['import', file, ...flags, '--without-tokens'])
  assert.deepEqual([counts.tokens, counts.users], [0, 3])
  const node = await startProgram(t, flags, { command: 'serve' })
  assert.equal(await userOf(node.api, 'xoxp-ada'), undefined)
  await node.stop()
})

const MANY = 30_000

async function makeMany(t: TestContext): Promise<Around & { readonly data: string; readonly file: string }> {
  const around = begin(t)
  const data = join(around.folder, 'data')
  mkdirSync(data)
  const store = await openSqlite({ path: join(data, 'nametag.db'), tokenDigest: around.digest })
  const people = Array.from({ length: MANY }, (_, at) =>
    user(`U${at + 100_000}` as UserId, { ordinal: at, tz: 'x'.repeat(1000) }),
  )
  await store.addTeam(team(), people)
  await store.close()
  return { ...around, data, file: join(around.folder, 'many.jsonl') }
}

test('many people move through little memory, and an import that is cut off is never taken for a whole one', async (t) => {
  const { data, file, folder, key } = await makeMany(t)
  // The people alone are larger than what the program may use.
  const env = { NODE_OPTIONS: '--max-old-space-size=24' }
  const exported = await succeed(t, ['export', '--data', data, '--to', file], { env })
  assert.ok(statSync(file).size > 32 * 1024 * 1024)

  const url = await server.createDatabase()
  const flags = ['--database-url', url, '--token-key', key]
  const cut = runProgram(t, ['import', file, ...flags])
  await until(async () => ((await countUsers(url)) > 0 ? true : undefined), cut.stderr)
  await cut.stop('SIGKILL')
  for (const argv of [
    ['serve', '--port', '0'],
    ['token', 'list'],
    ['import', file],
  ]) {
    assert.match(
      await fail(t, [...argv, ...flags]),
      /^nametag: An import into the database \S+ on \S+ is under way, or was cut off: .*--fresh/,
    )
  }
  assert.match(await fail(t, ['export', '--database-url', url, '--to', `${file}2`]), /is under way, or was cut off/)
  const imported = await succeed(t, ['import', file, ...flags, '--fresh'], { env })
  assert.deepEqual([imported.digest, imported.counts.users], [exported.digest, MANY])
  assert.ok(!existsSync(`${file}2`))

  const back = join(folder, 'back')
  const again = await succeed(t, ['export', '--database-url', url, '--to', `${file}.gz`], { env })
  assert.equal(again.digest, exported.digest)
  assert.equal((await succeed(t, ['import', `${file}.gz`, '--data', back], { env })).digest, exported.digest)
})

test('an import of a file that turns out to be damaged leaves an empty store behind', async (t) => {
  const { data, file, folder, key } = await makeMany(t)
  await succeed(t, ['export', '--data', data, '--to', file])
  truncateSync(file, statSync(file).size - 1000)
  const url = await server.createDatabase()
  for (const flags of [
    ['--database-url', url, '--token-key', key],
    ['--data', join(folder, 'back')],
  ]) {
    assert.match(
      await fail(t, ['import', file, ...flags]),
      /^nametag: Nothing was imported: \S+ is cut off after line \d+\.\n$/,
    )
    const node = await startProgram(t, flags, { command: 'serve' })
    assert.match(node.stderr(), /\/sign-in\?code=/)
    await node.stop()
  }
})

test('an export that is made while many write is of one moment, and holds what was answered before', async (t) => {
  const { folder, key, digest } = begin(t)
  const url = await server.createDatabase()
  const store = await openPostgres({ url, tokenDigest: digest })
  const people = Array.from({ length: 40 }, (_, at) => ({ id: `U${at + 100}` as UserId, acknowledged: 0 }))
  await store.addTeam(
    team(),
    people.map(({ id }, ordinal) => user(id, { ordinal, updated: 0 })),
  )
  let isStopped = false
  const working = people.map(async (person) => {
    while (!isStopped) {
      await store.change(keyFor(person.id), countOn)
      person.acknowledged += 1
    }
  })
  await until(() => (people.every(({ acknowledged }) => acknowledged > 5) ? true : undefined))
  const before = people.map((person) => ({ ...person }))
  const file = join(folder, 'people.jsonl.gz')
  const { counts } = await succeed(t, ['export', '--database-url', url, '--to', file])
  isStopped = true
  await Promise.all(working)
  await store.close()

  const copyUrl = await server.createDatabase()
  await succeed(t, ['import', file, '--database-url', copyUrl, '--token-key', key])
  const copy = await openPostgres({ url: copyUrl, tokenDigest: digest })
  let entries = 0
  for (const { id, acknowledged } of before) {
    const updated = (await copy.findUser(TEAM, id))?.updated ?? 0
    assert.ok(updated >= acknowledged, `${id}: ${acknowledged} ${updated}`)
    entries += updated
  }
  // Each change and its entry in the log are there together or not at all.
  assert.equal(counts.log, entries)
  await copy.close()
})

function countOn({ user: loaded }: Loaded): Change {
  assert.ok(loaded)
  return { user: { ...loaded, updated: loaded.updated + 1 }, events: ['user_change'] }
}

async function countUsers(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return Number((await client.query('select count(*) from users')).rows[0].count)
  } catch {
    return 0
  } finally {
    await client.end()
  }
}
