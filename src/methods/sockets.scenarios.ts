import { scenarios } from '../../test/support/scenario.ts'
import { ids, STATUS_APP, TEAM, withGrant, withTeam, withUser } from '../../test/support/world.ts'

const app = (scopes: readonly string[]) => withGrant('xapp-bot', (grant) => ({ ...grant, scopes }))

export const connectionsOpenScenarios = scenarios('apps.connections.open', [
  { name: 'an app-level token is answered an address', call: { as: 'xapp-bot', by: 'none' }, expect: { ok: true } },
  { name: 'arguments are passed over', call: { as: 'xapp-bot', by: 'form', args: { a: '1' } }, expect: { ok: true } },
  {
    name: 'a GET is refused',
    call: { as: 'xapp-bot', by: 'query' },
    expect: { ok: false, error: 'insecure_request' },
    message: 'POST',
  },
  {
    name: 'the scope is needed',
    given: app(['authorizations:read']),
    call: { as: 'xapp-bot' },
    expect: { ok: false, error: 'missing_scope', needed: 'connections:write', provided: 'authorizations:read' },
  },
  { name: 'a bot token is refused', call: { as: 'xoxb-bot' }, expect: { ok: false, error: 'not_allowed_token_type' } },
  {
    name: 'a token that belongs to no app is refused',
    given: withGrant('xapp-bot', (grant) => ({ ...grant, appId: null })),
    call: { as: 'xapp-bot' },
    expect: { ok: false, error: 'invalid_auth' },
    message: 'no app',
  },
  {
    name: 'a token of an app that the team no longer has is refused',
    given: withTeam((team) => ({ ...team, apps: new Map() })),
    call: { as: 'xapp-bot' },
    expect: { ok: false, error: 'invalid_auth' },
  },
  {
    name: 'the token of an app may act as its bot user',
    given: withGrant('xapp-bot', (grant) => ({ ...grant, userId: ids.bot, appId: STATUS_APP })),
    call: { as: 'xapp-bot' },
    expect: { ok: true },
  },
])

export const rtmConnectScenarios = scenarios('rtm.connect', [
  {
    name: 'a bot is told who it is',
    given: withGrant('xoxb-bot', (grant) => ({ ...grant, scopes: ['rtm:stream'] })),
    call: { as: 'xoxb-bot', by: 'none' },
    expect: {
      ok: true,
      self: { id: ids.bot, name: 'bot' },
      team: { id: TEAM, name: 'Coffee Co', domain: 'coffee' },
    },
  },
  {
    name: 'the scope client is enough too',
    given: withGrant('xoxp-mel', (grant) => ({ ...grant, scopes: ['client'] })),
    call: { as: 'xoxp-mel', by: 'query' },
    expect: { ok: true, self: { id: ids.mel, name: 'mel' } },
    headers: { 'x-accepted-oauth-scopes': 'rtm:stream,client' },
  },
  {
    name: 'one of the two scopes is needed',
    call: { as: 'xoxp-mel' },
    expect: { ok: false, error: 'missing_scope', needed: 'rtm:stream,client' },
  },
  {
    name: 'an app-level token is refused',
    call: { as: 'xapp-bot' },
    expect: { ok: false, error: 'not_allowed_token_type' },
  },
  {
    name: 'a deactivated bot is refused',
    given: [withUser('bot', (user) => ({ ...user, deleted: true }))],
    call: { as: 'xoxb-bot' },
    expect: { ok: false, error: 'account_inactive' },
  },
])
