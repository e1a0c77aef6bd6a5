import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openDemoStore } from '../../test/support/demo-store.ts'
import { answerTokenRequests, type NewToken } from './token-requests.ts'

const NOW = Date.UTC(2026, 0, 15)
const CREATE = {
  command: 'token create',
  team: null,
  user: 'U0ADA00001',
  app: null,
  scopes: ['users:read'],
  kind: 'user',
  expiresInSeconds: null,
}

async function begin(t: TestContext, { teams = 1 } = {}) {
  const { store, team } = await openDemoStore(t, NOW, teams)
  return { store, team, ask: answerTokenRequests({ store, clock: { now: () => NOW } }) }
}

test('a token that was created is taken from then on, and not once it is revoked', async (t) => {
  const { store, ask } = await begin(t)
  const answer = await ask({ ...CREATE, app: 'A0STATUS01', expiresInSeconds: 60 })
  assert.ok(answer.ok)
  const { token, grant } = answer.result as NewToken
  assert.match(token, /^xoxp-/)
  assert.ok(!token.includes(grant.tokenId))
  assert.deepEqual(await store.findGrant(token), grant)
  const { tokenId, ...rest } = grant
  assert.deepEqual(rest, {
    kind: 'user',
    teamId: 'T0COFFEE1',
    userId: 'U0ADA00001',
    appId: 'A0STATUS01',
    scopes: ['users:read'],
    expiresAt: NOW / 1000 + 60,
    createdAt: NOW / 1000,
    revoked: false,
  })
  assert.deepEqual(await ask({ command: 'token revoke', tokenId }), { ok: true, result: { revoked: tokenId } })
  assert.equal((await store.findGrant(token))?.revoked, true)
})

test('a list holds every token of a team, the newest first, and no token itself', async (t) => {
  const { ask } = await begin(t, { teams: 2 })
  const created = await ask({ ...CREATE, team: 'T0COFFEE1' })
  assert.ok(created.ok)
  const { token, grant } = created.result as NewToken
  const answer = await ask({ command: 'token list', team: null })
  assert.ok(answer.ok)
  const { tokens } = answer.result as { tokens: readonly { tokenId: string }[] }
  assert.deepEqual([tokens.length, tokens[0]?.tokenId], [10, grant.tokenId])
  assert.ok(!JSON.stringify(tokens).includes(token))
  assert.deepEqual(await ask({ command: 'token list', team: 'T0SECOND01' }), { ok: true, result: { tokens: [] } })
})

const REFUSED: readonly (readonly [name: string, request: unknown, error: string])[] = [
  ['an unknown user', { ...CREATE, user: 'U0NOBODY1' }, 'T0COFFEE1 has no active user U0NOBODY1.'],
  ['a deactivated user', { ...CREATE, user: 'U0DEE00001' }, 'T0COFFEE1 has no active user U0DEE00001.'],
  ['no id at all', { ...CREATE, user: 'ada' }, 'T0COFFEE1 has no active user ada.'],
  ['a bot token for a person', { ...CREATE, kind: 'bot' }, 'U0ADA00001 is no bot user, and a bot token needs one.'],
  ['an unknown app', { ...CREATE, app: 'A0NONE' }, 'T0COFFEE1 has no app A0NONE.'],
  ['what is no scope', { ...CREATE, scopes: ['a b'] }, '"a b" is no scope; scopes look like users.profile:write.'],
  ['too many scopes', { ...CREATE, scopes: Array(201).fill('a') }, 'A token has at most 200 scopes.'],
  ['an unknown team', { ...CREATE, team: 'T9' }, 'There is no team T9; there is T0COFFEE1.'],
  ['an unknown token', { command: 'token revoke', tokenId: 'x' }, 'No token has the id x.'],
  ['what nobody knows', { command: 'dance' }, 'This server does not know the request; is it of another version?'],
  ['no object', 1, 'This server does not know the request; is it of another version?'],
  ['a wrong shape', { ...CREATE, scopes: 'a' }, 'This server does not know the request; is it of another version?'],
]

for (const [name, request, error] of REFUSED) {
  test(`${name} is refused in a sentence`, async (t) => {
    const { store, team, ask } = await begin(t)
    const before = (await store.findTokens(team.id, null, 1000)).length
    assert.deepEqual(await ask(request), { ok: false, error })
    assert.equal((await store.findTokens(team.id, null, 1000)).length, before)
  })
}

test('of several teams the named one alone loses its token; unnamed, whichever has it', async (t) => {
  const { ask } = await begin(t, { teams: 2 })
  const created = await ask({ ...CREATE, team: 'T0COFFEE1' })
  assert.ok(created.ok)
  const { tokenId } = (created.result as NewToken).grant
  const refused = { ok: false, error: `No token has the id ${tokenId}.` }
  assert.deepEqual(await ask({ command: 'token revoke', team: 'T0SECOND01', tokenId }), refused)
  assert.deepEqual(await ask({ command: 'token revoke', tokenId }), { ok: true, result: { revoked: tokenId } })
  assert.deepEqual(await ask({ command: 'token revoke', team: 'T0COFFEE1', tokenId }), refused)
})

test('of several teams one must be named', async (t) => {
  const { ask } = await begin(t, { teams: 2 })
  const error = 'There are 2 teams (T0COFFEE1, T0SECOND01); say which with --team.'
  assert.deepEqual(await ask(CREATE), { ok: false, error })
})
