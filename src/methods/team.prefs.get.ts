import { refuse } from '../domain/errors.ts'
import { prefsToWire } from '../domain/team-prefs.ts'
import { isOwner } from '../domain/user.ts'
import { tier } from '../web-api/limits.ts'
import { defineMethod } from '../web-api/method.ts'
import { prefsResponse } from './team-prefs.ts'

export const teamPrefsGet = defineMethod({
  name: 'team.prefs.get',
  summary: 'Retrieve the settings of a team that its owners may change.',
  docs: [
    'In the words of the workspace file: the switches of `compat` and the `settings`. Owners alone may read them, since',
    '`allowed_ips` is among them, and whatever state the team is in. Slack has this in its own client only.',
  ].join('\n'),
  verb: 'GET',
  leadsBack: true,
  tokens: ['user'],
  scopes: ['team.preferences:read'],
  rate: [tier(3)],
  args: {},
  response: prefsResponse,
  errors: ['not_an_owner'],
  examples: [{ title: 'The settings', token: 'xoxp-pia', args: {}, answer: { ok: true } }],

  async handle({ team, caller }) {
    return isOwner(caller) ? { prefs: prefsToWire(team) } : refuse('not_an_owner')
  },
})
