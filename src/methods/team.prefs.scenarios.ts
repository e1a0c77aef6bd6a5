import { scenarios } from '../../test/support/scenario.ts'
import { ids, PREFS_SCOPES, withGrant, withTeam, withUser } from '../../test/support/world.ts'
import type { Settings } from '../domain/team.ts'

const DEFAULTS = {
  compat: { admin_edit_rule: 'primary_owner', custom_field_events: 'emit', email_change: 'immediate' },
  settings: { allowed_ips: [], require_2fa: false, state: null, uneditable_fields: [], sudo_minutes: null },
}

const EVERY_KEY = {
  compat: { admin_edit_rule: 'outrank', custom_field_events: 'silent', email_change: 'confirm' },
  settings: {
    allowed_ips: ['127.0.0.1', '10.0.0.0/8'],
    require_2fa: true,
    state: 'org_login_required',
    uneditable_fields: ['title', 'Xf0TEXT001'],
    sudo_minutes: 15,
  },
}

const withSettings = (settings: Partial<Settings>) =>
  withTeam((team) => ({ ...team, settings: { ...team.settings, ...settings } }))

/** A token that has the scopes, of somebody who is no owner. */
const adaMayTry = withGrant('xoxp-ada', (grant) => ({ ...grant, scopes: PREFS_SCOPES }))
const told = (...names: readonly string[]) => names.map((name) => `team_pref_change ${ids.pia} ${name}`)

export const prefsGetScenarios = scenarios('team.prefs.get', [
  { name: 'the primary owner reads all settings', call: { as: 'xoxp-pia' }, expect: { ok: true, prefs: DEFAULTS } },
  {
    name: 'so does an owner, and sees what the team has set',
    given: withSettings({ allowedIps: ['127.0.0.0/8'], sudoMinutes: 15, uneditableFields: ['title'] }),
    call: { as: 'xoxp-owen', by: 'query' },
    expect: {
      ok: true,
      prefs: {
        ...DEFAULTS,
        settings: {
          ...DEFAULTS.settings,
          allowed_ips: ['127.0.0.0/8'],
          sudo_minutes: 15,
          uneditable_fields: ['title'],
        },
      },
    },
  },
  {
    name: 'an admin does not',
    given: adaMayTry,
    call: { as: 'xoxp-ada' },
    expect: { ok: false, error: 'not_an_owner' },
  },
  {
    name: 'whatever state the team is in, an owner reads it',
    given: withSettings({ state: 'service_unavailable' }),
    call: { as: 'xoxp-owen' },
    expect: { ok: true, prefs: { settings: { state: 'service_unavailable' } } },
  },
  {
    name: 'everybody else is told of the state',
    given: [adaMayTry, withSettings({ state: 'ekm_access_denied' })],
    call: { as: 'xoxp-ada' },
    expect: { ok: false, error: 'ekm_access_denied' },
  },
  {
    name: 'a bot token is not taken',
    call: { as: 'xoxb-bot' },
    expect: { ok: false, error: 'not_allowed_token_type' },
  },
  {
    name: 'nor is a workspace token, whomever it acts as',
    call: { as: 'xoxa-team', headers: { 'x-slack-user': ids.pia } },
    expect: { ok: false, error: 'not_allowed_token_type' },
  },
])

export const prefsSetScenarios = scenarios('team.prefs.set', [
  {
    name: 'an owner changes one switch, and everything else stays',
    given: withSettings({ sudoMinutes: 5 }),
    call: { as: 'xoxp-owen', args: { prefs: { compat: { email_change: 'confirm' } } } },
    expect: {
      ok: true,
      prefs: {
        compat: { ...DEFAULTS.compat, email_change: 'confirm' },
        settings: { ...DEFAULTS.settings, sudo_minutes: 5 },
      },
    },
    events: [`team_pref_change ${ids.owen} email_change`],
  },
  {
    name: 'every key can be changed, each with an event of its own',
    given: withUser('pia', (user) => ({ ...user, has2fa: true })),
    call: { as: 'xoxp-pia', args: { prefs: EVERY_KEY } },
    expect: { ok: true, prefs: EVERY_KEY },
    events: told(
      ...['admin_edit_rule', 'custom_field_events', 'email_change', 'allowed_ips', 'require_2fa', 'state'],
      ...['uneditable_fields', 'sudo_minutes'],
    ),
  },
  {
    name: 'in a form, prefs is JSON as text',
    call: { as: 'xoxp-pia', by: 'form', args: { prefs: '{"settings":{"sudo_minutes":60}}' } },
    expect: { ok: true, prefs: { settings: { sudo_minutes: 60 } } },
    events: told('sudo_minutes'),
  },
  {
    name: 'a list takes the place of the old one',
    given: withSettings({ uneditableFields: ['title', 'phone'] }),
    call: { as: 'xoxp-pia', args: { prefs: { settings: { uneditable_fields: ['phone'] } } } },
    expect: { ok: true, prefs: { settings: { uneditable_fields: ['phone'] } } },
    events: told('uneditable_fields'),
  },
  {
    name: 'what is as it was is told to nobody',
    given: withSettings({ uneditableFields: ['title'] }),
    call: {
      as: 'xoxp-pia',
      args: { prefs: { compat: DEFAULTS.compat, settings: { uneditable_fields: ['title'], state: null } } },
    },
    expect: { ok: true, prefs: { compat: DEFAULTS.compat, settings: { uneditable_fields: ['title'] } } },
  },
  {
    name: 'nothing named, nothing changed',
    call: { as: 'xoxp-pia', args: { prefs: {} } },
    expect: { ok: true, prefs: DEFAULTS },
  },
  {
    name: 'an admin changes nothing',
    given: adaMayTry,
    call: { as: 'xoxp-ada', args: { prefs: { settings: { state: 'service_unavailable' } } } },
    expect: { ok: false, error: 'not_an_owner' },
  },
  {
    name: 'whether somebody is an owner is judged before what they send',
    given: adaMayTry,
    call: { as: 'xoxp-ada', args: { prefs: { nonsense: 1 } } },
    expect: { ok: false, error: 'not_an_owner' },
  },
  {
    name: 'prefs is needed',
    call: { as: 'xoxp-pia' },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'prefs: this argument is required',
  },
  {
    name: 'and not empty',
    call: { as: 'xoxp-pia', by: 'form', args: { prefs: '' } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'prefs: this argument is required',
  },
  {
    name: 'prefs is JSON',
    call: { as: 'xoxp-pia', by: 'form', args: { prefs: '{state' } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'prefs is not valid JSON',
  },
  {
    name: 'and an object',
    call: { as: 'xoxp-pia', args: { prefs: ['state'] } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'prefs: must be an object',
  },
  {
    name: 'its blocks are objects, too',
    call: { as: 'xoxp-pia', args: { prefs: { settings: null } } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'settings: must be an object',
  },
  {
    name: 'an unknown block refuses the whole call',
    call: { as: 'xoxp-pia', args: { prefs: { compat: { email_change: 'confirm' }, setting: {} } } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'setting: unknown key; did you mean "settings"?',
  },
  {
    name: 'so does an unknown key',
    call: { as: 'xoxp-pia', args: { prefs: { settings: { sudo_minutes: 5, allowed_ip: [] } } } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'settings.allowed_ip: unknown key; did you mean "allowed_ips"?',
  },
  {
    name: 'and a wrong value, in the words of the workspace file',
    call: { as: 'xoxp-pia', args: { prefs: { compat: { admin_edit_rule: 'outrnk' } } } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'compat.admin_edit_rule: must be one of "primary_owner", "outrank"; did you mean "outrank"?',
  },
  {
    name: 'the place of a wrong entry is named',
    call: { as: 'xoxp-pia', args: { prefs: { settings: { allowed_ips: ['127.0.0.1', '10.0.0.0/33'] } } } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'settings.allowed_ips[1]: must be an address or a range such as 10.0.0.0/8',
  },
  {
    name: 'fields that nobody may edit are fields of this team',
    call: { as: 'xoxp-pia', args: { prefs: { settings: { uneditable_fields: ['Xf0OTHER01'] } } } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'settings.uneditable_fields[0]: must be a core key of a profile or the id of a field of the team',
  },
  {
    name: 'a list has an end',
    call: { as: 'xoxp-pia', args: { prefs: { settings: { allowed_ips: Array(1001).fill('127.0.0.1') } } } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'settings.allowed_ips: has more than 1000 entries',
  },
  {
    name: 'of a key that is far too long, the beginning is repeated',
    call: { as: 'xoxp-pia', args: { prefs: { settings: { ['k'.repeat(1000)]: 1 } } } },
    expect: {
      ok: false,
      error: 'invalid_arguments',
      response_metadata: { messages: [`[ERROR] settings."${'k'.repeat(80)}": unknown key`] },
    },
  },
  {
    name: 'an owner does not lock themselves out by address',
    call: { as: 'xoxp-pia', ip: '192.0.2.7', args: { prefs: { settings: { allowed_ips: ['10.0.0.0/8'] } } } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'settings.allowed_ips: must hold 192.0.2.7',
  },
  {
    name: 'an address is the same in both of its forms',
    call: { as: 'xoxp-pia', ip: '::ffff:10.1.2.3', args: { prefs: { settings: { allowed_ips: ['10.0.0.0/8'] } } } },
    expect: { ok: true, prefs: { settings: { allowed_ips: ['10.0.0.0/8'] } } },
    events: told('allowed_ips'),
  },
  {
    name: 'nor by a second factor that they lack',
    call: { as: 'xoxp-pia', args: { prefs: { settings: { require_2fa: true } } } },
    expect: { ok: false, error: 'invalid_arguments' },
    message: 'settings.require_2fa: set up two-factor authentication yourself first',
  },
  {
    name: 'an owner leads the team out of a state that refuses every call',
    given: withSettings({ state: 'service_unavailable' }),
    call: { as: 'xoxp-pia', args: { prefs: { settings: { state: null } } } },
    expect: { ok: true, prefs: { settings: { state: null } } },
    events: told('state'),
  },
  {
    name: 'null takes away what may be null',
    given: withSettings({ sudoMinutes: 5, state: 'ekm_access_denied' }),
    call: { as: 'xoxp-pia', by: 'form', args: { prefs: '{"settings":{"state":null,"sudo_minutes":null}}' } },
    expect: { ok: true, prefs: DEFAULTS },
    events: told('state', 'sudo_minutes'),
  },
  {
    name: 'a member does not',
    given: withSettings({ state: 'org_login_required' }),
    call: { as: 'xoxp-mel', args: { prefs: { settings: { state: null } } } },
    expect: { ok: false, error: 'org_login_required' },
  },
  {
    name: 'from an address that is not allowed nobody does, owners neither',
    given: withSettings({ allowedIps: ['10.0.0.0/8'], state: 'org_login_required' }),
    call: { as: 'xoxp-pia', args: { prefs: { settings: { allowed_ips: [] } } } },
    expect: { ok: false, error: 'accesslimited' },
  },
  {
    name: 'an owner without the second factor that is asked for does not either',
    given: withSettings({ require2fa: true }),
    call: { as: 'xoxp-pia', args: { prefs: { settings: { require_2fa: false } } } },
    expect: { ok: false, error: 'two_factor_setup_required' },
  },
  {
    name: 'reading settings is not changing them',
    given: withGrant('xoxp-pia', (grant) => ({ ...grant, scopes: ['team.preferences:read'] })),
    call: { as: 'xoxp-pia', args: { prefs: {} } },
    expect: { ok: false, error: 'missing_scope', needed: 'team.preferences:write' },
  },
])
