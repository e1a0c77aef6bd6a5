import { isRefusal, refuse } from '../domain/errors.ts'
import { changePrefs, prefsToWire } from '../domain/team-prefs.ts'
import { isOwner } from '../domain/user.ts'
import { arg } from '../web-api/arguments.ts'
import { locksOut } from '../web-api/authorize.ts'
import { tier } from '../web-api/limits.ts'
import { defineMethod } from '../web-api/method.ts'
import { readPrefs } from '../workspace/read-prefs.ts'
import { PREFS_PROPERTIES, type PrefsInput, prefsResponse } from './team-prefs.ts'

export const teamPrefsSet = defineMethod({
  name: 'team.prefs.set',
  summary: 'Change settings of a team. For its owners.',
  docs: [
    'Send `prefs` with those that are to change, in the words of the workspace file; what is not named stays. The call is',
    'atomic: one unknown or wrong key refuses all of it. The answer tells all settings. They hold from the next call on,',
    'at other servers on the same database within a second. Owners may call it whatever state the team is in, and so lead',
    'it out again; settings with which they would lock themselves out are refused. Slack has this in its own client only.',
  ].join('\n'),
  verb: 'POST',
  idempotent: true,
  leadsBack: true,
  tokens: ['user'],
  scopes: ['team.preferences:write'],
  rate: [tier(2)],
  args: {
    prefs: arg.requiredJson<PrefsInput>({
      doc: 'The settings to change, as JSON.',
      example: '{"compat":{"email_change":"confirm"},"settings":{"state":null}}',
      otherwise: 'invalid_arguments',
      properties: PREFS_PROPERTIES,
    }),
  },
  response: prefsResponse,
  errors: ['not_an_owner'],
  examples: [
    {
      title: 'A switch and a setting',
      token: 'xoxp-pia',
      args: { prefs: { compat: { email_change: 'confirm' }, settings: { sudo_minutes: 15 } } },
      answer: { ok: true },
    },
    {
      title: 'Out of every state',
      token: 'xoxp-pia',
      args: { prefs: { settings: { state: null } } },
      answer: { ok: true },
    },
  ],

  async handle({ args, grant, caller, ip, store, now }) {
    if (!isOwner(caller)) return refuse('not_an_owner')
    const outcome = await store.changeTeam(grant.teamId, (team) => {
      const prefs = readPrefs(args.prefs, team)
      if (isRefusal(prefs)) return prefs
      return locksOut({ ...team, ...prefs }, caller, ip) ?? changePrefs(team, prefs, caller.id, now)
    })
    return isRefusal(outcome) ? outcome : { prefs: prefsToWire(outcome.team) }
  },
})
