import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { profile } from '../src/cli/profile.ts'
import { status } from '../src/cli/status.ts'
import type { StopSignal } from '../src/cli/stop-signal.ts'
import { type SyncWorld, sync } from '../src/cli/sync/sync.ts'
import { PLAIN } from '../src/cli/terminal.ts'
import { readConfig } from '../src/config.ts'
import type { UserId } from '../src/domain/ids.ts'
import type { User } from '../src/domain/user.ts'
import { runProgram, until } from './support/process.ts'
import { startTestServer, type TestServer, temporaryFolder } from './support/server.ts'
import { aWorld, ids, TEAM, type World } from './support/world.ts'

/** The commands that call an API, against the real server on a real port. */

const SECRET = 'xoxp-ada'
const NEVER_STOPPED: StopSignal = { asked: new Promise(() => undefined), forget: () => undefined }

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** One command in this process; waiting moves the server's clock. */
async function run(server: TestServer, argv: readonly string[], world: SyncWorld = {}, token = SECRET): Promise<Ran> {
  const command = readConfig(argv, { NAMETAG_API_URL: server.api, NAMETAG_TOKEN: token })
  const written = { out: '', error: '' }
  const terminal = {
    out(text: string) {
      written.out += text
    },
    error(text: string) {
      written.error += text
    },
    paint: PLAIN,
  }
  const wait = async (milliseconds: number, signal?: AbortSignal) => {
    signal?.throwIfAborted()
    server.clock.advance(milliseconds)
  }
  const around = { stop: NEVER_STOPPED, isInteractive: false, wait, now: server.clock.now, ...world }
  try {
    const code = await perform(command, terminal, around)
    return { code, ...written }
  } catch (error) {
    assert.equal((error as Error).name, 'CannotStart', (error as Error).stack)
    return { code: 1, out: written.out, error: `${written.error}nametag: ${(error as Error).message}\n` }
  }
}

function perform(
  command: ReturnType<typeof readConfig>,
  terminal: Parameters<typeof sync>[1],
  world: SyncWorld,
): Promise<number> {
  switch (command.run) {
    case 'profile get':
    case 'profile set':
      return profile(command, terminal, world)
    case 'status set':
    case 'status clear':
      return status(command, terminal, world)
    case 'sync':
      return sync(command, terminal, world)
    default:
      throw new Error('sentence' in command ? command.sentence : command.run)
  }
}

const idOf = (index: number) => `U0P${String(index).padStart(7, '0')}` as UserId

function crowd(count: number): World {
  const world = aWorld()
  const mel = world.users.find(({ id }) => id === ids.mel) as User
  const people = Array.from({ length: count }, (_, index): User => {
    const id = idOf(index)
    return { ...mel, id, name: `p${index}`, email: `p${index}@coffee.example`, ordinal: 100 + index }
  })
  return { ...world, users: [...world.users, ...people] }
}

function writeCsv(t: TestContext, text: string): string {
  const path = join(temporaryFolder(t), 'people.csv')
  writeFileSync(path, text)
  return path
}

const crowdCsv = (count: number) =>
  `id,title,Role\n${Array.from({ length: count }, (_, index) => `${idOf(index)},Title ${index},Role ${index}`).join('\n')}\n`

/** How often each person was written. */
async function writes(server: TestServer): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (let after = 0; ; ) {
    const entries = await server.store.readLog(TEAM, after, 1000)
    for (const entry of entries) {
      if (entry.kind === 'user') counts.set(entry.user.id, (counts.get(entry.user.id) ?? 0) + 1)
      after = entry.seq
    }
    if (entries.length === 0) return counts
  }
}

async function assertAllRight(server: TestServer, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const user = await server.store.findUser(TEAM, idOf(index))
    assert.equal(user?.profile.title, `Title ${index}`)
    assert.equal(user?.profile.fields['Xf0TEXT001' as keyof typeof user.profile.fields]?.value, `Role ${index}`)
  }
  const counts = await writes(server)
  assert.equal(counts.size, count)
  assert.deepEqual(
    [...counts].filter(([, times]) => times !== 1),
    [],
  )
}

for (const paced of [true, false]) {
  test(`1,000 rows with limits on, ${paced ? 'kept beforehand' : 'told by the server'}: no refusal reaches anybody`, async (t) => {
    const server = await startTestServer(t, { worlds: [crowd(1000)], rateLimits: true })
    const file = writeCsv(t, crowdCsv(1000))
    const report = join(temporaryFolder(t), 'report.json')
    const started = server.clock.now()
    const { code, out, error } = await run(server, ['sync', file, '--yes', '--report', report], { paced })
    assert.equal(code, 0, error)
    assert.equal(out, '1000 people: 1000 changed.\n')
    assert.ok(!/ratelimited/.test(out + error + readFileSync(report, 'utf8')))
    await assertAllRight(server, 1000)
    // 30 people a minute take half an hour and more; somewhat above is reading.
    const minutes = (server.clock.now() - started) / 60_000
    assert.ok(minutes > 30 && minutes < 60, `${minutes} minutes`)
    assert.equal(existsSync(`${file}.nametag-sync`), false)
    const again = await run(server, ['sync', file, '--yes'], { paced })
    assert.deepEqual([again.code, again.out], [0, '1000 people: 1000 as they should be. Nothing to do.\n'])
    assert.equal((await writes(server)).size, 1000)
  })
}

test('killed in the middle and started again, every row is right and none was written twice', async (t) => {
  const server = await startTestServer(t, { worlds: [crowd(400)] })
  const file = writeCsv(t, crowdCsv(400))
  const argv = ['sync', file, '--yes', '--api-url', server.api]
  const env = { NAMETAG_TOKEN: SECRET }
  const first = runProgram(t, argv, { env })
  await until(async () => ((await writes(server)).size >= 50 ? true : undefined), first.stderr)
  assert.deepEqual(await first.stop('SIGKILL'), { code: null, signal: 'SIGKILL' })
  const before = (await writes(server)).size
  assert.ok(before < 400, 'it was through before it was killed')
  const state = readFileSync(`${file}.nametag-sync`, 'utf8')
  const second = runProgram(t, argv, { env })
  assert.deepEqual(await second.exited, { code: 0, signal: null }, second.stderr())
  assert.match(second.stdout(), /^400 people: \d+ changed, .*\d+ done by an earlier run\.\n$/)
  await assertAllRight(server, 400)
  assert.equal(existsSync(`${file}.nametag-sync`), false)
  const everything = state + first.stdout() + first.stderr() + second.stdout() + second.stderr()
  assert.ok(!everything.includes(SECRET))
})

test('Ctrl-C stops between two people, reports, ends with 130, and is gone on from', async (t) => {
  const server = await startTestServer(t, { worlds: [crowd(400)] })
  const file = writeCsv(t, crowdCsv(400))
  const report = join(temporaryFolder(t), 'report.json')
  const argv = ['sync', file, '--yes', '--api-url', server.api, '--report', report]
  const env = { SLACK_TOKEN: SECRET }
  const first = runProgram(t, argv, { env })
  await until(async () => ((await writes(server)).size >= 20 ? true : undefined), first.stderr)
  assert.deepEqual(await first.stop('SIGINT'), { code: 130, signal: null })
  assert.match(first.stdout(), /not reached\.\nInterrupted\. The same command goes on where it stopped\.\n$/)
  const told = JSON.parse(readFileSync(report, 'utf8'))
  assert.equal(told.interrupted, true)
  assert.equal(told.changed, (await writes(server)).size)
  assert.equal(told.changed + told.not_reached, 400)
  assert.equal(statSync(report).mode & 0o777, 0o600)
  const second = runProgram(t, argv, { env })
  assert.deepEqual(await second.exited, { code: 0, signal: null }, second.stderr())
  await assertAllRight(server, 400)
})

test('Ctrl-C ends a wait', async (t) => {
  const server = await startTestServer(t, { worlds: [crowd(40)], rateLimits: true })
  const file = writeCsv(t, crowdCsv(40))
  const stop = Promise.withResolvers<void>()
  const wait = (_milliseconds: number, signal?: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
      stop.resolve()
    })
  const { code, out } = await run(server, ['sync', file, '--yes'], {
    wait,
    stop: { asked: stop.promise, forget: () => undefined },
  })
  assert.deepEqual([code, (await writes(server)).size], [130, 30])
  assert.match(out, /^40 people: 30 changed, 10 not reached\.\nInterrupted\./)
})

test('a dry run shows what would change and writes nothing, not even a file', async (t) => {
  const server = await startTestServer(t)
  const file = writeCsv(t, `\ufeffid;Title;Skills;Manager\n${ids.mel};"Head\nbarista";"tea, milk";${ids.ada}\n`)
  const { code, out, error } = await run(server, ['sync', file, '--dry-run'])
  assert.equal(code, 0, error)
  assert.equal(
    out,
    [
      `row 2: ${ids.mel}`,
      '  title: (empty) -> "Head\\nbarista"',
      '  Xf0TAGS001 (Skills): (empty) -> "tea,milk"',
      `  Xf0USER001 (Manager): (empty) -> "${ids.ada}"`,
      '1 person: 1 would change.',
      '',
    ].join('\n'),
  )
  assert.equal((await writes(server)).size, 0)
  assert.deepEqual(readdirSync(join(file, '..')), ['people.csv'])
  assert.equal((await run(server, ['sync', file, '--yes'])).code, 0)
  assert.match((await run(server, ['sync', file, '--dry-run'])).out, /Nothing to do/)
})

test('what the server refuses is told by row, and the others are done', async (t) => {
  const server = await startTestServer(t)
  const file = writeCsv(
    t,
    `id,title,House\n${ids.mel},=cmd(),Gryffindor\n${ids.bob},Builder,Slytherin\n${ids.olga},Boss,\nU0NOBODY99,x,\n`,
  )
  const report = join(temporaryFolder(t), 'report.csv')
  const { code, out, error } = await run(server, ['sync', file, '--yes', '--json', '--report', report])
  assert.equal(code, 3)
  const told = JSON.parse(out)
  assert.deepEqual(
    told.rows.map(({ row, user, outcome }: Record<string, unknown>) => [row, user, outcome]),
    [
      [2, ids.mel, 'changed'],
      [3, ids.bob, 'failed'],
      [4, ids.olga, 'failed'],
      [5, 'U0NOBODY99', 'failed'],
    ],
  )
  assert.match(
    told.rows[1].error,
    /^users\.profile\.set: profile_set_failed: Xf0OPTS001 takes one of its possible values\.$/,
  )
  assert.match(told.rows[2].error, /cannot_update_admin_user/)
  assert.match(told.rows[3].error, /^users\.profile\.get: user_not_found/)
  assert.match(error, new RegExp(`^row 3: ${ids.bob}: users\\.profile\\.set: profile_set_failed`, 'm'))
  const csv = readFileSync(report, 'utf8')
  assert.match(csv, /^row,user,outcome,changes,error\r\n2,U0MEL00001,changed,"?title: {2}-> =cmd\(\)\n/)
  assert.ok(!(out + error + csv).includes(SECRET))
})

test('nothing is written where the file is wrong, too many would change, or nobody has said yes', async (t) => {
  const server = await startTestServer(t)
  const cases: readonly (readonly [csv: string, flags: string[], code: number, told: RegExp])[] = [
    [`id,title,Notes\n${ids.mel},a,b\n`, ['--yes'], 1, /column "Notes": there is no field/],
    [
      `id,title\n${ids.mel},a\n${ids.bob},b\n${ids.mel},c\n`,
      ['--yes'],
      1,
      /row 4: "U0MEL00001" stands in row 2 already/,
    ],
    [
      `id,title\n${ids.mel},a\n${ids.bob},\n`,
      ['--yes', '--abort-over', '20%'],
      1,
      /1 of 2 people would change, 50%.*20%/,
    ],
    [`id,title\n${ids.mel},a\n`, [], 2, /say --yes to write, or --dry-run to look/],
    [`id,title\n${ids.mel},a\n`, ['--key', 'email', '--yes'], 1, /one must be called "email"/],
  ]
  for (const [csv, flags, code, told] of cases) {
    const file = writeCsv(t, csv)
    const ran = await run(server, ['sync', file, ...flags])
    assert.equal(ran.code, code)
    assert.match(ran.error, told)
    assert.deepEqual(readdirSync(join(file, '..')), ['people.csv'])
  }
  assert.equal((await writes(server)).size, 0)
})

test('a token that is refused stops the run at once', async (t) => {
  const server = await startTestServer(t)
  const file = writeCsv(t, `id,title\n${ids.mel},a\n${ids.bob},b\n`)
  const { code, error } = await run(server, ['sync', file, '--yes'], {}, 'xoxp-unknown')
  assert.equal(code, 1)
  assert.match(error, /^nametag: auth\.test: invalid_auth: .* Check NAMETAG_TOKEN/)
  assert.ok(!error.includes('xoxp-unknown'))
})

test('a profile is set by key, id and label, and read back with labels', async (t) => {
  const server = await startTestServer(t)
  const set = await run(server, [
    'profile',
    'set',
    '--user',
    ids.mel,
    'title=a=b',
    'skills= x, y ',
    '--field',
    'Role=Cook',
  ])
  assert.equal(set.code, 0, set.error)
  assert.equal(set.out, 'Changed mel.\n  title: "a=b"\n  Xf0TAGS001 (Skills): "x,y"\n  Xf0TEXT001 (Role): "Cook"\n')
  const read = await run(server, ['profile', 'get', ids.mel, '--labels', '--json'])
  const { profile } = JSON.parse(read.out)
  assert.deepEqual(profile.fields.Xf0TEXT001, { value: 'Cook', alt: '', label: 'Role' })
  assert.match((await run(server, ['profile', 'get', ids.mel, '--labels'])).out, /^Xf0TEXT001 \(Role\) +Cook$/m)
  const file = join(temporaryFolder(t), 'profile.json')
  writeFileSync(file, JSON.stringify({ title: 'Chef', fields: { Xf0TEXT001: { value: '', alt: '' } } }))
  const json = await run(server, [
    'profile',
    'set',
    '--json',
    '--user',
    ids.mel,
    '--json-profile',
    file,
    'pronouns=they',
  ])
  assert.deepEqual(Object.keys(JSON.parse(json.out)), ['username', 'profile'])
  const { title, pronouns, fields } = JSON.parse((await run(server, ['profile', 'get', ids.mel, '--json'])).out).profile
  assert.deepEqual([title, pronouns, Object.keys(fields)], ['Chef', 'they', ['Xf0TAGS001']])
})

test('a refusal is told with its code and what to change', async (t) => {
  const server = await startTestServer(t)
  const cases: readonly (readonly [argv: string[], told: RegExp, token?: string])[] = [
    [['profile', 'get', 'U0NOBODY99'], /^nametag: users\.profile\.get: user_not_found: The team has no such user\.\n$/],
    [['profile', 'set', 'titel=x'], /^nametag: there is no field "titel"; did you mean "title"\?\n$/],
    [['profile', 'set', 'title=x', 'title=y'], /^nametag: title is given twice\.\n$/],
    [['profile', 'set', '--user', ids.bob, 'title=x'], /users\.profile\.set: not_admin: /, 'xoxp-mel'],
    [['profile', 'get'], /missing_scope: .*Needed: users\.profile:read\. Check NAMETAG_TOKEN/, 'xoxp-narrow'],
    [['status', 'set', 'x', '--emoji', 'nope'], /profile_status_set_failed_not_valid_emoji: /],
  ]
  for (const [argv, told, token] of cases) {
    const ran = await run(server, argv, {}, token)
    assert.deepEqual([ran.code, ran.out], [1, ''])
    assert.match(ran.error, told)
  }
  const elsewhere = await run({ ...server, api: 'http://127.0.0.1:9/api/' }, ['profile', 'get'])
  assert.match(
    elsewhere.error,
    /^nametag: users\.profile\.get: no answer: .*"nametag dev" starts one; --api-url names another\.\n$/,
  )
})

test('a status is set for a while or until a local time, and cleared, and said in words', async (t) => {
  const server = await startTestServer(t)
  const now = server.clock.now()
  const lasting = await run(server, ['status', 'set', 'riding a train', '--emoji', ':train:', '--for', '2h', '--json'])
  const expiration = now / 1000 + 7200
  assert.deepEqual(JSON.parse(lasting.out), {
    status_text: 'riding a train',
    status_emoji: ':train:',
    status_expiration: expiration,
  })
  const words = await run(server, ['status', 'set', 'Lunch', '--until', '2026-12-24T12:00'])
  assert.equal(words.out, 'Your status is :speech_balloon: Lunch, until 2026-12-24 12:00.\n')
  assert.equal((await run(server, ['status', 'clear', '--user', ids.mel])).out, `${ids.mel}'s status is cleared.\n`)
  assert.equal((await run(server, ['status', 'clear'])).out, 'Your status is cleared.\n')
  const past = await run(server, ['status', 'set', 'x', '--until', '2020-01-01T00:00'])
  assert.deepEqual([past.code, past.error.split('\n')[0]], [2, 'nametag: --until is in the past: 2020-01-01T00:00'])
})
