import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertQuiet, assertStatusSet, FORM, start, TRAIN } from './support/client-request.ts'
import { send } from './support/send.ts'
import { startTestServer } from './support/server.ts'
import { ALL_SCOPES, anApp, aWorld, ids, STATUS_APP, TEAM, withTeam } from './support/world.ts'

/** What scripts and programs of earlier years put on the wire, and what they look for in the answer. */

test('MCP servers of old read by GET, with a JSON content type and no body', async (t) => {
  const { call } = await start(t)
  const headers = { Authorization: 'Bearer xoxb-bot', 'Content-Type': 'application/json' }
  const answer = await call(`users.profile.get?user=${ids.mel}&include_labels=true&team_id=${TEAM}`, {
    method: 'GET',
    headers,
  })
  assert.partialDeepStrictEqual(answer.json, { ok: true, profile: { real_name: 'Mel Member' } })
  assertQuiet(answer)
})

test('curl scripts mix query and body; the body beats an empty argument of the query', async (t) => {
  const { call, server } = await start(t)
  const profile = encodeURIComponent(JSON.stringify(TRAIN))
  const headers = { 'User-Agent': 'curl/8.5.0', Accept: '*/*' }
  const body = `profile=${profile}`
  assertStatusSet(
    await call('users.profile.set?token=xoxp-ada&profile=', { headers: { ...headers, 'Content-Type': FORM }, body }),
  )
  // Everything in the query, and no body.
  assertStatusSet(await call(`users.profile.set?token=xoxp-mel&profile=${profile}`, { headers }), 'mel')
  const other = await call('users.profile.set?token=xoxp-ada&name=title&value=query', {
    headers: { ...headers, 'Content-Type': FORM },
    body: 'value=body',
  })
  assert.equal(other.json.profile.title, 'body')
  assert.equal((await server.events()).length, 6)
})

test('the oldest document’s call is a GET with user and encoded profile', async (t) => {
  const { call } = await start(t)
  const profile = encodeURIComponent('{"first_name": "Augusta Ada", "skype": "ada"}')
  const answer = await call(`users.profile.set?token=xoxp-pia&user=${ids.ada}&profile=${profile}`, { method: 'GET' })
  assert.partialDeepStrictEqual(answer.json, {
    ok: true,
    username: 'ada',
    profile: { real_name: 'Augusta Ada Lovelace', skype: '' },
  })
})

test('an app that asks for the oldest answer gets the whole user', async (t) => {
  const app = { ...anApp(), response: '2016' as const }
  const worlds = [withTeam((team) => ({ ...team, apps: new Map([[STATUS_APP, app]]) }))(aWorld())]
  const server = await startTestServer(t, { worlds })
  const query = new URLSearchParams({ token: 'xoxp-ada', user: ids.ada, profile: '{"first_name":"Augusta"}' })
  const { json } = await send(`${server.api}users.profile.set?${query}`, { method: 'GET' })
  assert.partialDeepStrictEqual(json, {
    ok: true,
    id: ids.ada,
    team_id: TEAM,
    name: 'ada',
    status: null,
    is_admin: true,
  })
  assert.partialDeepStrictEqual(json.profile, { first_name: 'Augusta', real_name: 'Augusta Lovelace', skype: '' })
  assert.equal(json.username, undefined)
})

test('a workspace token acts as the person whom its header names; other tokens pass the header over', async (t) => {
  const { call } = await start(t)
  const body = JSON.stringify({ profile: TRAIN })
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  const acting = { ...headers, authorization: 'Bearer xoxa-team', 'X-Slack-User': ids.mel }
  assertStatusSet(await call('users.profile.set', { headers: acting, body }), 'mel')
  assert.equal(
    (await call('users.profile.set', { headers: { ...acting, 'X-Slack-User': ids.del }, body })).json.error,
    'no_permission',
  )
  const { 'X-Slack-User': _, ...nobody } = acting
  assert.equal((await call('users.profile.set', { headers: nobody, body })).json.error, 'no_permission')
  assertStatusSet(await call('users.profile.set', { headers: { ...acting, authorization: 'Bearer xoxp-ada' }, body }))
})

test('SDKs that attach files post a multipart form', async (t) => {
  const { call } = await start(t)
  const lines = ['--b', 'content-disposition: form-data; name="profile"', '', JSON.stringify(TRAIN), '--b--', '']
  const headers = { authorization: 'Bearer xoxp-ada', 'content-type': 'multipart/form-data; boundary=b' }
  assertStatusSet(await call('users.profile.set', { headers, body: lines.join('\r\n') }))
})

test('every client finds the scopes of its token in the headers', async (t) => {
  const { call } = await start(t)
  const { headers } = await call('users.profile.get', { headers: { authorization: 'Bearer xoxp-ada' } })
  assert.equal(headers['x-oauth-scopes'], ALL_SCOPES.join(','))
  assert.equal(headers['x-accepted-oauth-scopes'], 'users.profile:read')
  assert.match(String(headers['x-slack-req-id']), /^[0-9a-f]{32}$/)
  assert.equal(headers['x-slack-failure'], undefined)
})
