import { scenarios } from '../../test/support/scenario.ts'
import { ids, NOW_SECONDS, OTHER_TEAM, TEAM, withGrant, withTeam, withUser } from '../../test/support/world.ts'
import type { FieldId } from '../domain/ids.ts'

const withValue = withUser('mel', (user) => ({
  ...user,
  profile: { ...user.profile, fields: { ['Xf0TEXT001' as FieldId]: { value: 'Barista', alt: '' } } },
}))

export const profileGetScenarios = scenarios('users.profile.get', [
  {
    name: 'without a user the caller is read',
    call: { as: 'xoxp-mel', by: 'none', headers: { 'content-type': 'application/json' } },
    expect: { ok: true, profile: { real_name: 'Mel Member', email: 'mel@coffee.example', fields: {}, team: TEAM } },
  },
  {
    name: 'an empty user is the caller',
    call: { as: 'xoxp-mel', args: { user: '' } },
    expect: { ok: true, profile: { real_name: 'Mel Member' } },
  },
  {
    name: 'anybody reads anybody of the team',
    call: { as: 'xoxp-gus', by: 'query', args: { user: ids.ada } },
    expect: { ok: true, profile: { real_name: 'Ada Lovelace' } },
  },
  {
    name: 'labels are added when asked for',
    given: withValue,
    call: { as: 'xoxp-mel', by: 'query', args: { include_labels: '1' } },
    expect: { ok: true, profile: { fields: { Xf0TEXT001: { value: 'Barista', alt: '', label: 'Role' } } } },
  },
  {
    name: 'labels are left out when not asked for',
    given: withValue,
    call: { as: 'xoxp-mel', by: 'query', args: { include_labels: 'false' } },
    expect: { ok: true, profile: { fields: { Xf0TEXT001: { value: 'Barista', alt: '', label: undefined } } } },
  },
  {
    name: 'include_labels is true or false',
    call: { as: 'xoxp-mel', args: { include_labels: 'perhaps' } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'include_labels',
  },
  {
    name: 'a token without users:read.email does not see the email',
    given: withGrant('xoxp-mel', (grant) => ({ ...grant, scopes: ['users.profile:read'] })),
    call: { as: 'xoxp-mel', args: { user: ids.ada } },
    expect: { ok: true, profile: { email: undefined } },
  },
  {
    name: 'an address in letters of any script is told as it is',
    given: withUser('mel', (user) => ({ ...user, email: 'jö@bücher.example' })),
    call: { as: 'xoxp-mel' },
    expect: { ok: true, profile: { email: 'jö@bücher.example' } },
  },
  {
    name: 'a bot token reads',
    call: { as: 'xoxb-bot', args: { user: ids.bot } },
    expect: { ok: true, profile: { bot_id: 'B0STATUS01', api_app_id: 'A0STATUS01', email: undefined } },
  },
  {
    name: 'an unknown user is not found',
    call: { as: 'xoxp-mel', args: { user: 'U0NOBODY99' } },
    expect: { ok: false, error: 'user_not_found' },
  },
  {
    name: 'a malformed id is not found',
    call: { as: 'xoxp-mel', args: { user: "' or 1=1" } },
    expect: { ok: false, error: 'user_not_found' },
  },
  {
    name: 'a user of another team is not found',
    call: { as: 'xoxp-elsewhere', args: { user: ids.ada } },
    expect: { ok: false, error: 'user_not_found' },
  },
  {
    name: 'the same id in another team is another user',
    call: { as: 'xoxp-elsewhere', args: { user: ids.mel } },
    expect: { ok: true, profile: { real_name: 'Melanie Elsewhere', team: OTHER_TEAM } },
  },
])

export const usersInfoScenarios = scenarios('users.info', [
  {
    name: 'a member is told with everything about them',
    call: { as: 'xoxp-mel', args: { user: ids.ada } },
    expect: {
      ok: true,
      user: {
        id: ids.ada,
        team_id: TEAM,
        name: 'ada',
        deleted: false,
        real_name: 'Ada Lovelace',
        tz: 'Europe/London',
        tz_label: 'Greenwich Mean Time',
        tz_offset: 0,
        is_admin: true,
        is_owner: false,
        is_primary_owner: false,
        is_restricted: false,
        is_bot: false,
        is_app_user: true,
        updated: NOW_SECONDS - 86_400,
        has_2fa: undefined,
        locale: undefined,
        profile: { email: 'ada@coffee.example' },
      },
    },
  },
  {
    name: 'a primary owner is an owner and an admin too',
    call: { as: 'xoxp-mel', args: { user: ids.pia } },
    expect: { ok: true, user: { is_admin: true, is_owner: true, is_primary_owner: true } },
  },
  {
    name: 'a single-channel guest is a guest',
    call: { as: 'xoxp-mel', args: { user: ids.sol } },
    expect: { ok: true, user: { is_restricted: true, is_ultra_restricted: true } },
  },
  {
    name: 'admins see whether somebody has two-factor authentication',
    call: { as: 'xoxp-pia', args: { user: ids.ada } },
    expect: { ok: true, user: { has_2fa: true } },
  },
  {
    name: 'people see whether they themselves have it',
    call: { as: 'xoxp-mel', args: { user: ids.mel } },
    expect: { ok: true, user: { has_2fa: false } },
  },
  {
    name: 'the locale is added when asked for',
    call: { as: 'xoxp-mel', args: { user: ids.mel, include_locale: true } },
    expect: { ok: true, user: { locale: 'en-GB' } },
  },
  {
    name: 'a deactivated user is told, with less about them',
    call: { as: 'xoxp-mel', args: { user: ids.del } },
    expect: { ok: true, user: { deleted: true, real_name: undefined, tz: undefined, is_admin: undefined } },
  },
  {
    name: 'an unknown user is not found',
    call: { as: 'xoxp-mel', args: { user: 'U0NOBODY99' } },
    expect: { ok: false, error: 'user_not_found' },
  },
  {
    name: 'a user has to be named',
    call: { as: 'xoxp-mel' },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'user',
  },
  {
    name: 'an empty user names nobody',
    call: { as: 'xoxp-mel', args: { user: '' } },
    expect: { ok: false, error: 'user_not_found' },
  },
])

export const teamProfileScenarios = scenarios('team.profile.get', [
  {
    name: 'all fields and sections are told in their order',
    call: { as: 'xoxp-mel' },
    expect: {
      ok: true,
      profile: {
        sections: [{ id: 'S1', team_id: TEAM, section_type: 'custom', label: 'About', order: 0, is_hidden: false }],
      },
    },
  },
  {
    name: 'hidden fields alone are told when asked for',
    call: { as: 'xoxb-bot', by: 'query', args: { visibility: 'hidden' } },
    expect: { ok: true, profile: { fields: [] } },
  },
  {
    name: 'visible fields alone are told when asked for',
    call: { as: 'xoxp-mel', args: { visibility: 'visible' } },
    expect: { ok: true },
  },
  {
    name: 'an empty visibility in a query tells all fields',
    call: { as: 'xoxp-mel', by: 'query', args: { visibility: '' } },
    expect: { ok: true },
  },
  {
    name: 'an empty visibility in a form tells all fields',
    call: { as: 'xoxp-mel', by: 'form', args: { visibility: '' } },
    expect: { ok: true },
  },
  {
    name: 'an empty visibility in a JSON body tells all fields',
    call: { as: 'xoxp-mel', by: 'json', args: { visibility: '' } },
    expect: { ok: true },
  },
  {
    name: 'another visibility is refused with what is possible',
    call: { as: 'xoxp-mel', args: { visibility: 'some' } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'all, visible, hidden',
  },
])

export const authTestScenarios = scenarios('auth.test', [
  {
    name: 'a user token tells its team and user',
    call: { as: 'xoxp-mel', by: 'none' },
    expect: {
      ok: true,
      url: 'http://nametag.test/',
      team: 'Coffee Co',
      user: 'mel',
      team_id: TEAM,
      user_id: ids.mel,
      is_enterprise_install: false,
      bot_id: undefined,
    },
  },
  {
    name: 'a bot token tells its bot',
    call: { as: 'xoxb-bot' },
    expect: { ok: true, user: 'bot', bot_id: 'B0STATUS01' },
  },
  {
    name: 'an app token tells its app',
    call: { as: 'xapp-bot' },
    expect: { ok: true, app_id: 'A0STATUS01', app_name: 'Status bot' },
  },
  {
    name: 'an app token that acts as the bot tells no bot',
    given: withGrant('xapp-bot', (grant) => ({ ...grant, userId: ids.bot })),
    call: { as: 'xapp-bot' },
    expect: { ok: true, user: 'bot', app_id: 'A0STATUS01', bot_id: undefined },
  },
  {
    name: 'a token that expires tells in how many seconds',
    given: withGrant('xoxp-mel', (grant) => ({ ...grant, expiresAt: NOW_SECONDS + 90 })),
    call: { as: 'xoxp-mel' },
    expect: { ok: true, expires_in: 90 },
  },
  {
    name: 'a token needs no scope',
    given: withGrant('xoxp-mel', (grant) => ({ ...grant, scopes: [] })),
    call: { as: 'xoxp-mel' },
    expect: { ok: true },
  },
  {
    name: 'a workspace token acts as the user whom the header names',
    given: withTeam((team) => team),
    call: { as: 'xoxa-team', headers: { 'x-slack-user': ids.gus } },
    expect: { ok: true, user_id: ids.gus },
  },
])

export const apiTestScenarios = scenarios('api.test', [
  { name: 'no arguments are repeated as none', call: { by: 'none' }, expect: { ok: true, args: {} } },
  {
    name: 'arguments are repeated',
    call: { by: 'form', args: { foo: 'bar' } },
    expect: { ok: true, args: { foo: 'bar' } },
  },
  {
    name: 'query and body come together, and the body wins',
    call: { by: 'form', args: { foo: 'body' }, query: 'foo=query&more=1' },
    expect: { ok: true, args: { foo: 'body', more: '1' } },
  },
  {
    name: 'a token is not repeated',
    call: { by: 'form', args: { token: 'xoxp-mel', a: '1' } },
    expect: { ok: true, args: { a: '1', token: undefined } },
  },
])
