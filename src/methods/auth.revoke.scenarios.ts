import { scenarios } from '../../test/support/scenario.ts'
import { ids, withGrant } from '../../test/support/world.ts'

export const authRevokeScenarios = scenarios('auth.revoke', [
  {
    name: 'a user token revokes itself',
    call: { as: 'xoxp-mel', by: 'query' },
    expect: { ok: true, revoked: true },
  },
  {
    name: 'afterwards it is revoked',
    before: [{ as: 'xoxp-mel' }],
    call: { as: 'xoxp-mel' },
    expect: { ok: false, error: 'token_revoked' },
  },
  {
    name: 'a call that only tries revokes nothing',
    before: [
      { as: 'xoxp-mel', args: { test: true } },
      { as: 'xoxp-mel', by: 'query', args: { test: '1' } },
    ],
    call: { as: 'xoxp-mel', by: 'form', args: { test: 'true' } },
    expect: { ok: true, revoked: false },
  },
  {
    name: 'a call that says it does not try revokes',
    call: { as: 'xoxp-mel', by: 'query', args: { test: '0' } },
    expect: { ok: true, revoked: true },
  },
  {
    name: 'test is true or false',
    call: { as: 'xoxp-mel', args: { test: 'perhaps' } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'test',
  },
  { name: 'a bot token revokes itself', call: { as: 'xoxb-bot' }, expect: { ok: true, revoked: true } },
  { name: 'an app token revokes itself', call: { as: 'xapp-bot' }, expect: { ok: true, revoked: true } },
  {
    name: 'a workspace token revokes itself, whomever it acts as',
    call: { as: 'xoxa-team', headers: { 'x-slack-user': ids.gus } },
    expect: { ok: true, revoked: true },
  },
  {
    name: 'a token needs no scope',
    given: withGrant('xoxp-mel', (grant) => ({ ...grant, scopes: [] })),
    call: { as: 'xoxp-mel' },
    expect: { ok: true, revoked: true },
  },
  {
    name: 'a token that nobody has is none',
    call: { as: 'xoxp-nobody' },
    expect: { ok: false, error: 'invalid_auth' },
  },
])
