import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startHarness } from '../../test/support/harness.ts'
import { aWorld, ids, NOW_SECONDS, STATUS_APP, TEAM, withGrant } from '../../test/support/world.ts'
import type { Grant } from '../domain/grant.ts'

async function start(t: TestContext, change: (grant: Grant) => Grant = (grant) => grant) {
  const harness = await startHarness([withGrant('xoxp-mel', change)(aWorld())])
  t.after(() => harness.close())
  const facts = async () =>
    (await harness.store.readLog(TEAM, 0, 100)).map(({ seq: _seq, teamId: _teamId, ...rest }) => rest)
  return { ...harness, facts }
}

test('every method refuses a token right after it was revoked, also one that was in use', async (t) => {
  const { call } = await start(t)
  assert.equal((await call('users.info', { as: 'xoxp-mel', args: { user: ids.mel } })).json.ok, true)
  await call('auth.revoke', { as: 'xoxp-mel' })
  for (const method of ['users.info', 'users.profile.set', 'auth.test', 'auth.revoke']) {
    assert.equal((await call(method, { as: 'xoxp-mel' })).json.error, 'token_revoked', method)
  }
  assert.equal((await call('users.info', { as: 'xoxp-bob', args: { user: ids.mel } })).json.ok, true)
})

test('the app hears of its user and bot tokens, once', async (t) => {
  const { call, facts } = await start(t)
  await call('auth.revoke', { as: 'xoxp-mel', args: { test: true } })
  await call('auth.revoke', { as: 'xoxp-mel' })
  await call('auth.revoke', { as: 'xoxp-mel' })
  await call('auth.revoke', { as: 'xoxb-bot' })
  const at = NOW_SECONDS * 1000
  assert.deepEqual(await facts(), [
    { kind: 'tokens_revoked', at, userId: ids.mel, appId: STATUS_APP, oauth: [ids.mel], bot: [] },
    { kind: 'tokens_revoked', at, userId: ids.bot, appId: STATUS_APP, oauth: [], bot: [ids.bot] },
  ])
})

test('nobody hears of tokens of no app, of apps and of workspaces', async (t) => {
  const { call, facts } = await start(t, (grant) => ({ ...grant, appId: null }))
  for (const as of ['xoxp-mel', 'xapp-bot']) {
    assert.equal((await call('auth.revoke', { as })).json.revoked, true)
  }
  await call('auth.revoke', { as: 'xoxa-team', headers: { 'x-slack-user': ids.gus } })
  assert.deepEqual(await facts(), [])
})

test('of two calls at the same moment one revokes', async (t) => {
  const { call, facts } = await start(t)
  const answers = await Promise.all([call('auth.revoke', { as: 'xoxp-mel' }), call('auth.revoke', { as: 'xoxp-mel' })])
  assert.deepEqual(answers.map(({ json }) => json.error ?? json.revoked).sort(), ['token_revoked', true].sort())
  assert.equal((await facts()).length, 1)
})
