import { refuse } from '../domain/errors.ts'
import { tier } from '../web-api/limits.ts'
import { defineMethod } from '../web-api/method.ts'
import { schema } from '../web-api/schema.ts'
import { socketUrl } from './socket-url.ts'

export const appsConnectionsOpen = defineMethod({
  name: 'apps.connections.open',
  summary: 'Open a WebSocket address for Socket Mode.',
  docs: [
    'The ticket in the address lets one connection in, within thirty seconds. Add `&debug_reconnects=true` to the address',
    'for a connection that lives 360 seconds only. An app that has Socket Mode turned off is told so on the connection:',
    '`{"type":"disconnect","reason":"link_disabled"}`.',
  ].join('\n'),
  verb: 'POST',
  tokens: ['app'],
  scopes: ['connections:write'],
  rate: [tier(3)],
  args: {},
  response: schema.object({ url: schema.string({ format: 'uri', pattern: '^wss?://' }) }),
  errors: ['forbidden_team', 'insecure_request', 'missing_args'],
  unreachable: {
    forbidden_team: 'Every team here may use Socket Mode.',
    missing_args: 'A call without a token is `not_authed`, one with a token of another kind `not_allowed_token_type`.',
  },
  examples: [
    { title: 'An address to connect to', token: 'xapp-statusbot', args: {}, answer: { ok: true } },
    {
      title: 'With a token of another kind',
      token: 'xoxp-ada',
      args: {},
      answer: { ok: false, error: 'not_allowed_token_type' },
    },
  ],

  async handle({ verb, grant, team, publicUrl, issueTicket }) {
    // Slack: "The method was not called via a `POST` request."
    if (verb !== 'POST') return refuse('insecure_request', 'send this call with POST')
    const { appId } = grant
    if (appId === null || !team.apps.has(appId))
      return refuse('invalid_auth', 'the token belongs to no app of the team')

    const ticket = await issueTicket('socket-mode')
    if (ticket === undefined) return refuse('service_unavailable', 'too many connections are about to be opened')
    return { url: socketUrl(publicUrl, `/link/?ticket=${ticket}&app_id=${appId}`) }
  },
})
