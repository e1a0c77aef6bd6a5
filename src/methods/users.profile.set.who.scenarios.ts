import { scenarios } from '../../test/support/scenario.ts'
import {
  anApp,
  ids,
  NOW_SECONDS,
  OTHER_TEAM,
  STATUS_APP,
  withGrant,
  withTeam,
  withUser,
} from '../../test/support/world.ts'

const set = (as: string, user: string, profile: object = { title: 'Barista' }) => ({ as, args: { user, profile } })
const changed = (id: string) => [`user_change ${id}`, `user_profile_changed ${id}`]
const freePlan = withTeam((team) => ({ ...team, plan: 'free' as const }))
const ladder = withTeam((team) => ({ ...team, compat: { ...team.compat, adminEditRule: 'outrank' as const } }))
const confirmed = withTeam((team) => ({ ...team, compat: { ...team.compat, emailChange: 'confirm' as const } }))

/** Who may change whom: docs/decisions/0001, 0005, 0019 to 0023. */
export const whoScenarios = scenarios('users.profile.set', [
  {
    name: 'an admin changes a member',
    call: set('xoxp-ada', ids.mel),
    expect: { ok: true, username: 'mel', profile: { title: 'Barista' } },
    events: changed(ids.mel),
  },
  {
    name: 'a member cannot change somebody else',
    call: set('xoxp-bob', ids.mel),
    expect: { ok: false, error: 'not_admin' },
  },
  { name: 'a guest cannot change an admin', call: set('xoxp-gus', ids.ada), expect: { ok: false, error: 'not_admin' } },
  {
    name: 'an owner cannot change an admin',
    call: set('xoxp-owen', ids.ada),
    expect: { ok: false, error: 'cannot_update_admin_user' },
  },
  {
    name: 'a primary owner changes an admin',
    call: set('xoxp-pia', ids.ada),
    expect: { ok: true },
    events: changed(ids.ada),
  },
  {
    name: 'an owner changes an admin where rank decides',
    given: ladder,
    call: set('xoxp-owen', ids.ada),
    expect: { ok: true },
    events: changed(ids.ada),
  },
  {
    name: 'an admin cannot change an equal where rank decides',
    given: ladder,
    call: set('xoxp-ada', ids.abe),
    expect: { ok: false, error: 'cannot_update_admin_user' },
  },
  {
    name: 'naming yourself is like naming nobody',
    call: set('xoxp-mel', ids.mel),
    expect: { ok: true },
    events: changed(ids.mel),
  },
  {
    name: 'an empty user is the caller',
    call: set('xoxp-mel', ''),
    expect: { ok: true, username: 'mel' },
    events: changed(ids.mel),
  },
  {
    name: 'nobody changes somebody else on the free plan',
    given: freePlan,
    call: set('xoxp-ada', ids.mel),
    expect: { ok: false, error: 'permission_denied' },
  },
  {
    name: 'an unknown user is not found',
    call: set('xoxp-ada', 'U0NOBODY99'),
    expect: { ok: false, error: 'user_not_found' },
  },
  { name: 'a malformed id is not found', call: set('xoxp-ada', 'mel'), expect: { ok: false, error: 'user_not_found' } },
  {
    name: 'a user of another team is not found',
    call: set('xoxp-ada', 'U0PETRA001'),
    expect: { ok: false, error: 'user_not_found' },
  },
  {
    name: 'a deactivated user is not found',
    call: set('xoxp-ada', ids.del),
    expect: { ok: false, error: 'user_not_found' },
  },
  {
    name: 'an owner changes a bot user',
    call: set('xoxp-owen', ids.bot),
    expect: { ok: true },
    events: changed(ids.bot),
  },
  {
    name: 'a collaborator of the app changes its bot user',
    call: set('xoxp-bob', ids.bot),
    expect: { ok: true },
    events: changed(ids.bot),
  },
  {
    name: 'an admin does not change a bot user',
    call: set('xoxp-ada', ids.bot),
    expect: { ok: false, error: 'not_app_admin' },
  },
  {
    name: 'an old token does not change somebody else where the team asks for a recent one',
    given: withTeam((team) => ({ ...team, settings: { ...team.settings, sudoMinutes: 30 } })),
    call: set('xoxp-ada', ids.mel),
    expect: { ok: false, error: 'sudo_required' },
  },
  {
    name: 'an old token changes its own user even where the team asks for a recent one',
    given: withTeam((team) => ({ ...team, settings: { ...team.settings, sudoMinutes: 30 } })),
    call: set('xoxp-ada', ids.ada),
    expect: { ok: true },
    events: changed(ids.ada),
  },
  {
    name: 'an admin changes an email address at once',
    call: set('xoxp-ada', ids.mel, { email: 'melanie@coffee.example' }),
    expect: { ok: true, profile: { email: 'melanie@coffee.example' }, email_pending: undefined },
    events: changed(ids.mel),
  },
  {
    name: 'an email address waits for its confirmation where the team has chosen so',
    given: confirmed,
    call: set('xoxp-ada', ids.mel, { email: 'melanie@coffee.example' }),
    expect: { ok: true, profile: { email: 'mel@coffee.example' }, email_pending: 'melanie@coffee.example' },
  },
  {
    name: 'a member does not change an email address, not even their own',
    call: set('xoxp-mel', ids.mel, { email: 'melanie@coffee.example' }),
    expect: { ok: false, error: 'not_admin' },
  },
  {
    name: 'a member who sends the present email back is fine',
    call: set('xoxp-mel', ids.mel, { email: 'mel@coffee.example' }),
    expect: { ok: true },
  },
  {
    name: 'an email address is not changed on the free plan',
    given: freePlan,
    call: set('xoxp-ada', ids.ada, { email: 'countess@coffee.example' }),
    expect: { ok: false, error: 'permission_denied' },
  },
  {
    name: 'an email address belongs to one member, whatever its case',
    call: set('xoxp-ada', ids.mel, { email: 'BOB@coffee.example' }),
    expect: { ok: false, error: 'email_taken' },
  },
  {
    name: 'an email address of another team is free',
    call: set('xoxp-ada', ids.mel, { email: 'petra@tea.example' }),
    expect: { ok: true },
    events: changed(ids.mel),
  },
  {
    name: 'an email address has an @ and a domain',
    call: set('xoxp-ada', ids.mel, { email: 'melanie' }),
    expect: { ok: false, error: 'profile_set_failed', field: 'email' },
  },
  {
    name: 'the email is not shown without its scope',
    given: withGrant('xoxp-mel', (grant) => ({ ...grant, scopes: ['users.profile:write'] })),
    call: set('xoxp-mel', ids.mel),
    expect: { ok: true, profile: { email: undefined } },
    events: changed(ids.mel),
  },
  {
    name: 'a workspace token acts as the user whom the header names',
    call: { as: 'xoxa-team', args: { profile: { title: 'Barista' } }, headers: { 'x-slack-user': ids.mel } },
    expect: { ok: true, username: 'mel' },
    events: changed(ids.mel),
  },
  {
    name: 'a workspace token that names nobody has no permission',
    call: { as: 'xoxa-team', args: { profile: { title: 'Barista' } } },
    expect: { ok: false, error: 'no_permission' },
  },
  {
    name: 'the header is ignored for other tokens',
    call: { as: 'xoxp-mel', args: { profile: { title: 'Barista' } }, headers: { 'x-slack-user': ids.ada } },
    expect: { ok: true, username: 'mel' },
    events: changed(ids.mel),
  },
  {
    name: 'a user token of a bot user is refused',
    given: withGrant('xoxp-mel', (grant) => ({ ...grant, userId: ids.bot })),
    call: { as: 'xoxp-mel', args: { profile: { title: 'Barista' } } },
    expect: { ok: false, error: 'is_bot' },
  },
  {
    name: 'a token of another team changes its own team alone',
    call: { as: 'xoxp-elsewhere', args: { user: ids.mel, profile: { title: 'Barista' } } },
    expect: { ok: true, profile: { team: OTHER_TEAM, real_name: 'Melanie Elsewhere' } },
    events: changed(ids.mel),
    afterwards: { user: ids.mel, profile: { title: '' } },
  },
  {
    name: 'an app of 2021 gets no key that its schema does not know',
    given: withTeam((team) => ({
      ...team,
      apps: new Map([...team.apps].map(([id, app]) => [id, { ...app, response: '2021' as const }])),
    })),
    call: {
      as: 'xoxp-mel',
      args: { profile: { title: 'Barista', nonsense: 1 } },
      headers: { 'content-type': 'application/json' },
    },
    expect: {
      ok: true,
      username: 'mel',
      warning: undefined,
      response_metadata: undefined,
      profile: { title: 'Barista', status_emoji_display_info: undefined, huddle_state: undefined },
    },
    events: changed(ids.mel),
  },
  {
    name: 'an app of 2016 gets the user itself',
    given: withTeam((team) => ({
      ...team,
      apps: new Map([[STATUS_APP, { ...anApp(), response: '2016' as const }]]),
    })),
    call: { as: 'xoxp-mel', args: { user: ids.mel, profile: '{"first_name":"John"}' }, by: 'query' },
    expect: { ok: true, id: ids.mel, name: 'mel', status: null, profile: { first_name: 'John', skype: '' } },
    events: changed(ids.mel),
  },
  {
    name: 'the time of the last change moves with a change',
    given: withUser('mel', (user) => ({ ...user, updated: NOW_SECONDS - 5 })),
    call: set('xoxp-mel', ids.mel),
    expect: { ok: true },
    events: changed(ids.mel),
  },
])
