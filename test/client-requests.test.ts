import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { assertQuiet, assertStatusSet, FORM, start, TRAIN } from './support/client-request.ts'
import type { Received } from './support/send.ts'
import { ids, TEAM } from './support/world.ts'

/** What SDKs and agents other than the official one for Node put on the wire, byte for byte where it matters. */

test('the Python SDK posts JSON with a charset, and the profile as an object or as text', async (t) => {
  const { call } = await start(t)
  const headers = {
    'Content-Type': 'application/json;charset=utf-8',
    Authorization: 'Bearer xoxp-ada',
    'User-Agent': 'Python/3.12.3 slackclient/3.43.0 Linux/6.8.0',
    'Accept-Encoding': 'identity',
    Connection: 'close',
  }
  for (const profile of [TRAIN, JSON.stringify(TRAIN)]) {
    const answer = await call('users.profile.set', { headers, body: JSON.stringify({ profile }) })
    assertStatusSet(answer)
    assertQuiet(answer)
  }
  const escaped = await call('users.profile.set', {
    headers,
    body: '{"name": "title", "value": "Gr\\u00e4fin \\ud83d\\ude82"}',
  })
  assert.equal(escaped.json.profile.title, 'Gräfin 🚂')
  for (const body of ['', '{}']) assert.equal((await call('auth.test', { headers, body })).json.user, 'ada')
})

test('the Python SDK reads by POST, its asynchronous client by GET, and both write 1 for true', async (t) => {
  const { call } = await start(t)
  const headers = { Authorization: 'Bearer xoxp-ada', 'Content-Type': FORM }
  await call('users.profile.set', { headers, body: 'profile=%7B%22fields%22%3A%7B%22Xf0TEXT001%22%3A%22Cook%22%7D%7D' })
  const asked = `user=${ids.ada}&include_labels=1`
  const sent = await call('users.profile.get', { headers, body: asked })
  const queried = await call(`users.profile.get?${asked}`, { method: 'GET', headers })
  for (const { json } of [sent, queried]) {
    assert.deepEqual(json.profile.fields, { Xf0TEXT001: { value: 'Cook', alt: '', label: 'Role' } })
  }
  const without = await call('users.profile.get', { headers, body: 'include_labels=0' })
  assert.deepEqual(without.json.profile.fields, { Xf0TEXT001: { value: 'Cook', alt: '' } })
})

test('an Open Context Protocol agent posts JSON without a charset and the token in a header of that name', async (t) => {
  const { call } = await start(t)
  const headers = {
    token: 'xoxp-ada',
    'content-type': 'application/json',
    'OCP-Context-ID': 'ocp-0a1b2c3d',
    'OCP-Agent-Type': 'ide-copilot',
    'OCP-Version': '1.0',
    'OCP-Current-Goal': 'tell everybody where I am',
    'OCP-Session': Buffer.from('{"context_id":"ocp-0a1b2c3d","history":[]}').toString('base64'),
  }
  for (const profile of [TRAIN, JSON.stringify(TRAIN)]) {
    const answer = await call('users.profile.set', { headers, body: JSON.stringify({ profile }) })
    assertStatusSet(answer)
    assert.equal(answer.json.warning, 'missing_charset')
    assert.deepEqual(answer.json.response_metadata, { warnings: ['missing_charset'] })
  }
})

test('the same agent given a description with form parameters sends no body at all', async (t) => {
  const { call, server } = await start(t)
  const headers = { token: 'xoxp-ada', 'OCP-Agent-Type': 'ide-copilot', 'OCP-Version': '1.0' }
  const whose = await call('auth.test', { headers })
  assert.equal(whose.json.user, 'ada')
  assertQuiet(whose)
  assert.equal((await call('users.profile.set', { headers })).json.error, 'invalid_profile')
  assert.deepEqual(await server.events(), [])
})

test('context headers give no authority, and a session of 60 KiB is taken', async (t) => {
  const { call, server } = await start(t)
  const session = `gzip:${randomBytes(45 * 1024).toString('base64')}`
  assert.equal(session.length, 60 * 1024 + 'gzip:'.length)
  const answer = await call('users.profile.set', {
    headers: {
      token: 'xoxp-mel',
      'Content-Type': 'application/json',
      'OCP-Session': session,
      'OCP-User': 'pia',
      'OCP-Context-ID': '../../etc/passwd',
      'OCP-Current-Goal': 'x'.repeat(300),
    },
    body: JSON.stringify({ user: ids.bob, profile: TRAIN }),
  })
  assert.equal(answer.json.error, 'not_admin')
  assert.deepEqual(await server.events(), [])
})

test('slack-go sends its token in the form alone, `+` for spaces, and `user` also where it is empty', async (t) => {
  const { call } = await start(t)
  const headers = { 'Content-Type': FORM, 'User-Agent': 'Go-http-client/1.1', 'Accept-Encoding': 'gzip' }
  const status = encodeURIComponent(JSON.stringify(TRAIN)).replaceAll('%20', '+')
  const answer = await call('users.profile.set', { headers, body: `profile=${status}&token=xoxp-ada&user=${ids.ada}` })
  assertStatusSet(answer)
  assertQuiet(answer)

  // `SetUserCustomFields` has an empty label with every value.
  const value = '{"fields":{"Xf0TEXT001":{"value":"Head of tea","alt":"","label":""}}}'
  const fields = encodeURIComponent(value).replaceAll('%20', '+')
  const custom = await call('users.profile.set', { headers, body: `profile=${fields}&token=xoxp-ada&user=` })
  assert.deepEqual(custom.json.profile.fields, { Xf0TEXT001: { value: 'Head of tea', alt: '' } })

  // `UnsetUserCustomStatus`
  const nothing = encodeURIComponent('{"status_text":"","status_emoji":"","status_expiration":0}')
  const unset = await call('users.profile.set', { headers, body: `profile=${nothing}&token=xoxp-ada&user=${ids.ada}` })
  assert.partialDeepStrictEqual(unset.json.profile, { status_text: '', status_emoji: '', status_expiration: 0 })

  const read = await call('users.profile.get', { headers, body: `include_labels=false&token=xoxp-ada&user=${ids.ada}` })
  assert.equal(read.json.ok, true)
})

test('SlackKit for Elixir posts form and token together', async (t) => {
  const { call } = await start(t)
  const body = new URLSearchParams({ profile: JSON.stringify(TRAIN), token: 'xoxp-ada' }).toString()
  assertStatusSet(await call('users.profile.set', { headers: { 'Content-Type': FORM }, body }))

  // Its HTTP library names a charset, which a form needs not.
  const named = await call('users.profile.set', { headers: { 'Content-Type': `${FORM}; charset=utf-8` }, body })
  assertStatusSet(named)
  assert.equal(named.json.warning, 'superfluous_charset')
})

test('slack-ruby-client posts a form under a bearer token, with its own Accept header', async (t) => {
  const { call } = await start(t)
  const headers = {
    Authorization: 'Bearer xoxp-ada',
    Accept: 'application/json; charset=utf-8',
    'User-Agent': 'Slack Ruby Client/3.2.1',
    'Content-Type': FORM,
  }
  const answer = await call('users.profile.set', {
    headers,
    body: `profile=${encodeURIComponent(JSON.stringify(TRAIN)).replaceAll('%20', '+')}`,
  })
  assertStatusSet(answer)
  assert.match(answer.headers['content-type'] ?? '', /^application\/json; charset=utf-8$/)
  assert.equal((await call('auth.test', { headers })).json.ok, true)
})

test('the Java SDK asks auth.test first, and always sends two read-only flags', async (t) => {
  const { call } = await start(t)
  const headers = {
    Authorization: 'Bearer xoxp-ada',
    'Content-Type': FORM,
    Connection: 'Keep-Alive',
    'Accept-Encoding': 'gzip',
  }
  const whose = await call('auth.test', { headers })
  assert.partialDeepStrictEqual(whose.json, { ok: true, team_id: TEAM, user_id: ids.ada })

  const profile = JSON.stringify({ ...TRAIN, always_active: false, is_custom_image: false })
  const answer = await call('users.profile.set', { headers, body: `profile=${encodeURIComponent(profile)}` })
  assertStatusSet(answer)
  const [notice] = answer.json.response_metadata.messages
  assert.match(notice, /^\[WARN\] .*always_active.*is_custom_image/)
})

test('a typed client that sends back all that it was told changes nothing', async (t) => {
  const { call, server } = await start(t)
  const fields = {
    Xf0TEXT001: 'Countess',
    Xf0LONG001: 'A *long*\ntext',
    Xf0DATE001: '1815-12-10',
    Xf0LINK001: { value: 'https://ada.example', alt: 'my page' },
    Xf0OPTS001: 'Hufflepuff',
    Xf0TAGS001: [
      { value: 'Mocha', alt: 'the drink' },
      { value: 'Latte', alt: '' },
    ],
    Xf0USER001: [ids.pia, ids.mel],
  }
  const details = { title: 'Analyst', phone: '1', pronouns: 'she/her', start_date: '2020-01-01' }
  await set('xoxp-ada', { profile: { ...TRAIN, ...details, fields } })
  server.clock.advance(60_000)
  const told = await server.events()

  for (const [token, user] of ROUND_TRIPS) {
    const before = await get(token, 'users.info', { user })
    for (const include_labels of [false, true]) {
      const { profile } = await get(token, 'users.profile.get', { user, include_labels })
      const answer = await set(token, { user, profile })
      assert.deepEqual(answer.profile, (await get(token, 'users.profile.get', { user })).profile)
    }
    assert.deepEqual(await get(token, 'users.info', { user }), before, `${user} is as before, \`updated\` too`)
  }
  assert.deepEqual(await server.events(), told)

  async function set(token: string, args: object): Promise<Received['json']> {
    return post(token, 'users.profile.set', args)
  }
  async function get(token: string, method: string, args: object): Promise<Received['json']> {
    return post(token, method, args)
  }
  async function post(token: string, method: string, args: object): Promise<Received['json']> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' }
    const { json } = await call(method, { headers, body: JSON.stringify(args) })
    assert.equal(json.ok, true, JSON.stringify(json))
    return json
  }
})

/** A member, a guest, an admin with every kind of field, and a bot; the last two by others. */
const ROUND_TRIPS = [
  ['xoxp-ada', ids.ada],
  ['xoxp-mel', ids.mel],
  ['xoxp-gus', ids.gus],
  ['xoxp-pia', ids.ada],
  ['xoxp-owen', ids.bot],
] as const

test('slack-morphism for Rust posts JSON whose profile has what its type reads, and nothing else', async (t) => {
  const { call, server } = await start(t)
  const headers = { authorization: 'Bearer xoxp-ada', 'content-type': 'application/json; charset=utf-8' }
  const answer = await call('users.profile.set', { headers, body: JSON.stringify({ profile: TRAIN }) })
  assertStatusSet(answer)
  assertQuiet(answer)
  const told = await server.events()
  const { profile } = (await call(`users.profile.get?user=${ids.ada}`, { method: 'GET', headers })).json
  const typed = Object.fromEntries(RUST_PROFILE_KEYS.map((key) => [key, profile[key]]))
  const again = await call('users.profile.set', { headers, body: JSON.stringify({ user: ids.ada, profile: typed }) })
  assert.deepEqual(again.json.profile, profile)
  assert.deepEqual(await server.events(), told)
})

const RUST_PROFILE_KEYS = [
  'avatar_hash',
  'status_text',
  'status_expiration',
  'status_emoji',
  'display_name_normalized',
  'email',
  'team',
  'real_name',
  'display_name',
  'real_name_normalized',
  'image_24',
  'image_192',
] as const

test('the Deno SDK sends an empty bearer when its token is an argument', async (t) => {
  const { call } = await start(t)
  const body = new URLSearchParams({ token: 'xoxp-ada', profile: JSON.stringify(TRAIN) }).toString()
  for (const authorization of ['Bearer ', 'Bearer']) {
    assertStatusSet(await call('users.profile.set', { headers: { authorization, 'content-type': FORM }, body }))
  }
})
