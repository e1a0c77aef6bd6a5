import { teamProfileToWire } from '../domain/team-profile.ts'
import { arg } from '../web-api/arguments.ts'
import { tier } from '../web-api/limits.ts'
import { defineMethod } from '../web-api/method.ts'
import { schema } from '../web-api/schema.ts'
import { teamProfileSchema } from './schemas.ts'

export const teamProfileGet = defineMethod({
  name: 'team.profile.get',
  summary: "Retrieve the definitions of a team's custom profile fields.",
  docs: 'Use the `id` of a field to set its value with `users.profile.set`.',
  verb: 'GET',
  tokens: ['user', 'bot', 'workspace'],
  scopes: ['users.profile:read'],
  rate: [tier(3)],
  args: {
    visibility: arg.choice(['all', 'visible', 'hidden'], {
      doc: 'Which fields: all of them (the default), only those shown, or only those hidden.',
      example: 'all',
    }),
  },
  response: schema.object({ profile: teamProfileSchema }),
  errors: [],
  examples: [{ title: 'All fields', token: 'xoxp-ada', args: { visibility: 'all' }, answer: { ok: true } }],

  async handle({ team, args }) {
    return { profile: teamProfileToWire(team, args.visibility ?? 'all') }
  },
})
