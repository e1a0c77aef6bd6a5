import { refuse } from '../domain/errors.ts'
import { arg } from '../web-api/arguments.ts'
import { tier } from '../web-api/limits.ts'
import { defineMethod } from '../web-api/method.ts'
import { schema } from '../web-api/schema.ts'
import { userSchema } from './schemas.ts'
import { userAnswer } from './user-answer.ts'

export const usersInfo = defineMethod({
  name: 'users.info',
  summary: 'Retrieve a member of the team, with the profile.',
  docs: '`email` needs the scope `users:read.email`; `has_2fa` is shown to admins and to the user themselves.',
  verb: 'GET',
  tokens: ['user', 'bot', 'workspace'],
  scopes: ['users:read'],
  rate: [tier(4)],
  args: {
    user: arg.requiredUserId({ doc: 'Whom to read.', example: 'U0ADA00001' }),
    include_locale: arg.boolean({ doc: 'Add the `locale` of the user.', example: 'true' }),
  },
  response: schema.object({ user: userSchema }),
  errors: ['user_not_found'],
  examples: [
    { title: 'A member', token: 'xoxp-ada', args: { user: 'U0ADA00001' }, answer: { ok: true } },
    {
      title: 'An id that names nobody',
      token: 'xoxp-ada',
      args: { user: 'U0NOBODY99' },
      answer: { ok: false, error: 'user_not_found' },
    },
  ],

  async handle(call) {
    const { args, grant, caller, store } = call
    const user = args.user === caller.id ? caller : await store.findUser(grant.teamId, args.user)
    if (user === undefined) return refuse('user_not_found')
    return { user: await userAnswer(user, call, args.include_locale) }
  },
})
