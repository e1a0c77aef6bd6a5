import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertAllRight, crowd, crowdCsv, run, SECRET, writeCsv, writes } from './support/client-commands.ts'
import { runProgram, until } from './support/process.ts'
import { startTestServer, temporaryFolder } from './support/server.ts'
import { ids } from './support/world.ts'

/** `nametag sync` against the real server on a real port. */

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
