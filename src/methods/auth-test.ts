import { arg } from '../web-api/arguments.ts'
import { tier } from '../web-api/limits.ts'
import { defineMethod } from '../web-api/method.ts'
import { schema } from '../web-api/schema.ts'

/** `auth.test`; in a file of this name because `….test.ts` is a test. */
export const authTest = defineMethod({
  name: 'auth.test',
  summary: 'Tell whose token this is.',
  docs: 'Any token may ask, whatever its scopes. SDKs call this before their first other call.',
  verb: 'POST',
  tokens: ['user', 'bot', 'app', 'workspace'],
  scopes: [],
  rate: [tier(4)],
  args: {
    token: arg.string({ doc: 'The token, where it is not sent as a header.', example: 'xoxp-ada' }),
  },
  response: schema.object(
    {
      url: schema.string({ format: 'uri' }),
      team: schema.string(),
      user: schema.string(),
      team_id: schema.string(),
      user_id: schema.string(),
      is_enterprise_install: schema.boolean(),
    },
    {
      bot_id: schema.string(),
      app_id: schema.string(),
      app_name: schema.string(),
      expires_in: schema.integer({ minimum: 0 }),
    },
  ),
  errors: [],
  examples: [
    {
      title: 'Whose token is this?',
      token: 'xoxp-ada',
      args: {},
      answer: { ok: true, user: 'ada', user_id: 'U0ADA00001' },
    },
  ],

  async handle({ grant, team, caller, now, publicUrl }) {
    const app = grant.kind === 'app' && grant.appId !== null ? team.apps.get(grant.appId) : undefined
    return {
      url: `${publicUrl}/`,
      team: team.name,
      user: caller.name,
      team_id: team.id,
      user_id: caller.id,
      ...(grant.kind === 'bot' && caller.bot !== null ? { bot_id: caller.bot.botId } : {}),
      is_enterprise_install: false,
      ...(app === undefined ? {} : { app_id: app.id, app_name: app.name }),
      ...(grant.expiresAt === 0 ? {} : { expires_in: grant.expiresAt - Math.floor(now / 1000) }),
    }
  },
})
