import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { run } from './support/client-commands.ts'
import { startTestServer, temporaryFolder } from './support/server.ts'
import { ids } from './support/world.ts'

/** The commands that call an API, against the real server on a real port. */

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
