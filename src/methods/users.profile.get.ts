import { refuse } from '../domain/errors.ts'
import { arg } from '../web-api/arguments.ts'
import { perTokenWhile, tier } from '../web-api/limits.ts'
import { defineMethod } from '../web-api/method.ts'
import { schema } from '../web-api/schema.ts'
import { profileAnswer } from './profile-answer.ts'
import { profileSchema } from './schemas.ts'

/** Slack: "will heavily rate-limit your requests" — users.profile.get, include_labels. The number is ours
 * (docs/decisions/0032). */
const LABELLED_CALLS_PER_MINUTE = 20

export const usersProfileGet = defineMethod({
  name: 'users.profile.get',
  summary: "Retrieve a user's profile information, including their custom status.",
  docs: 'The key `email` is there only for a token with the scope `users:read.email`.',
  verb: 'GET',
  tokens: ['user', 'bot', 'workspace'],
  scopes: ['users.profile:read'],
  rate: [tier(4), perTokenWhile('include_labels', LABELLED_CALLS_PER_MINUTE)],
  args: {
    user: arg.userId({ doc: 'Whose profile to read; the caller where absent or empty.', example: 'U0ADA00001' }),
    include_labels: arg.boolean({
      doc: "Put each custom field's label beside its value. Heavily rate-limited: read team.profile.get once instead.",
      example: 'true',
    }),
  },
  response: schema.object({ profile: profileSchema }),
  errors: ['user_not_found'],
  examples: [
    { title: 'Your own profile', token: 'xoxp-ada', args: {}, answer: { ok: true } },
    {
      title: 'A user who does not exist',
      token: 'xoxp-ada',
      args: { user: 'U0NOBODY99' },
      answer: { ok: false, error: 'user_not_found' },
    },
  ],

  async handle(call) {
    const { args, grant, caller, store } = call
    const isOwn = args.user === undefined || args.user === caller.id
    const user = isOwn ? caller : await store.findUser(grant.teamId, args.user)
    if (user === undefined) return refuse('user_not_found')
    return { profile: profileAnswer(user, call, args.include_labels) }
  },
})
