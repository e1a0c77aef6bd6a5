import { refuse } from '../domain/errors.ts'
import { tier } from '../web-api/limits.ts'
import { defineMethod } from '../web-api/method.ts'
import { schema } from '../web-api/schema.ts'
import { socketUrl } from './socket-url.ts'

export const rtmConnect = defineMethod({
  name: 'rtm.connect',
  summary: 'Open a WebSocket address for the Real Time Messaging API.',
  docs: [
    'The ticket in the address lets one connection in, within thirty seconds. The connection carries the events of the',
    'whole team, in the form that the token may see them; what happens while nobody is connected is not kept. Apps that',
    'must not miss anything take Socket Mode or a request URL.',
  ].join('\n'),
  verb: 'GET',
  tokens: ['user', 'bot'],
  // Slack: `x-accepted-oauth-scopes: rtm:stream,client`
  scopes: ['rtm:stream', 'client'],
  anyScope: true,
  rate: [tier(1)],
  args: {},
  response: schema.object({
    url: schema.string({ format: 'uri', pattern: '^wss?://' }),
    self: schema.object({ id: schema.string(), name: schema.string() }),
    team: schema.object({ id: schema.string(), name: schema.string(), domain: schema.string() }),
  }),
  errors: [],
  examples: [
    { title: 'An address to connect to', token: 'xoxb-statusbot', args: {}, answer: { ok: true } },
    {
      title: 'With an app-level token',
      token: 'xapp-statusbot',
      args: {},
      answer: { ok: false, error: 'not_allowed_token_type' },
    },
  ],

  async handle({ team, caller, publicUrl, issueTicket }) {
    const ticket = await issueTicket('rtm')
    if (ticket === undefined) return refuse('service_unavailable', 'too many connections are about to be opened')
    return {
      url: socketUrl(publicUrl, `/websocket/${ticket}`),
      self: { id: caller.id, name: caller.name },
      team: { id: team.id, name: team.name, domain: team.domain },
    }
  },
})
