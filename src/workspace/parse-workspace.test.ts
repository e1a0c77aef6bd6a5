import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AppId, FieldId } from '../domain/ids.ts'
import { DEFAULT_COMPAT, DEFAULT_SETTINGS } from '../domain/team.ts'
import { DEMO_FILE_NAME, demoWorkspace } from './demo.ts'
import { parseWorkspace } from './parse-workspace.ts'
import { areProblems } from './problems.ts'
import type { Workspace } from './workspace.ts'

const PIA = { id: 'U0PIA00001', name: 'pia', role: 'primary_owner' }

test('an empty object is a team with every default and nobody in it', () => {
  const { team, users, tokens } = parse({})
  assert.deepEqual([team.id, team.name, team.domain, team.plan], ['T0COFFEE1', 'Coffee Co', 'coffee', 'paid'])
  assert.deepEqual(team.compat, DEFAULT_COMPAT)
  assert.deepEqual(team.settings, DEFAULT_SETTINGS)
  assert.deepEqual([team.fields.size, team.emoji.size, team.apps.size, users.length, tokens.length], [0, 0, 0, 0, 0])
})

test('everything that the file says arrives', () => {
  const { team } = parse({
    team: { id: 'T0OTHER001', name: 'Other', domain: 'other-co', plan: 'free' },
    compat: { admin_edit_rule: 'outrank', custom_field_events: 'silent', email_change: 'confirm' },
    settings: {
      allowed_ips: ['10.0.0.0/8', '::1', '2001:db8::/32'],
      require_2fa: true,
      state: 'ekm_access_denied',
      uneditable_fields: ['title', 'status_expiration', 'Xf0A000001'],
      sudo_minutes: 15,
    },
    profile_fields: [{ id: 'Xf0A000001' }],
  })
  assert.deepEqual([team.name, team.domain, team.plan], ['Other', 'other-co', 'free'])
  assert.deepEqual(team.compat, { adminEditRule: 'outrank', customFieldEvents: 'silent', emailChange: 'confirm' })
  assert.deepEqual(team.settings, {
    allowedIps: ['10.0.0.0/8', '::1', '2001:db8::/32'],
    require2fa: true,
    state: 'ekm_access_denied',
    uneditableFields: ['title', 'status_expiration', 'Xf0A000001'],
    sudoMinutes: 15,
  })
})

test('fields stand in the order of their ordering, then of the file', () => {
  const { team } = parse({
    profile_sections: [{ id: 'S9', label: 'Nine' }],
    profile_fields: [
      { id: 'Xf3', ordering: 3 },
      { id: 'Xf02', ordering: 1 },
      { id: 'Xf01', ordering: 1, type: 'date' },
    ].map((field) => ({ ...field, id: field.id.padEnd(6, '0') })),
  })
  assert.deepEqual([...team.fields.keys()], ['Xf0200', 'Xf0100', 'Xf3000'])
  assert.deepEqual(team.fields.get('Xf0100' as FieldId), {
    id: 'Xf0100',
    label: 'Xf0100',
    hint: '',
    type: 'date',
    possibleValues: null,
    ordering: 1,
    isHidden: false,
    sectionId: 'S9',
    api: true,
    isScim: false,
    isProtected: false,
  })
})

test('a person without a role is the primary owner where there is none, and a member otherwise', () => {
  assert.deepEqual(rolesOf([{ id: 'U001' }, { id: 'U002' }]), ['primary_owner', 'member'])
  assert.deepEqual(rolesOf([{ id: 'U001' }, { id: 'U002', role: 'primary_owner' }]), ['member', 'primary_owner'])
})

test('a profile is filled by the rules of users.profile.set', () => {
  const { users } = parse({
    profile_fields: [
      { id: 'Xf0TAGS001', type: 'tags' },
      { id: 'Xf0TEXT001', is_protected: true, is_scim: true, api: false },
      { id: 'Xf0USER001', type: 'user' },
    ],
    settings: { uneditable_fields: ['title'] },
    team: { plan: 'free' },
    compat: { email_change: 'confirm' },
    users: [
      {
        ...PIA,
        deleted: false,
        profile: {
          real_name: 'Pia Maria Moreira',
          email: 'Pia@coffee.example.com',
          title: 'Founder',
          status_text: 'Out',
          status_emoji: '',
          status_expiration: 1,
          Xf0TEXT001: 'bare',
          fields: { Xf0TAGS001: ['Mocha', 'Latte'], Xf0USER001: { value: 'U0PIA00001', alt: 'me' } },
        },
      },
      { id: 'U0DEE00001', deleted: true, profile: { first_name: 'Dee', email: null, phone: 12 } },
    ],
  })
  const [pia, dee] = users
  assert.equal(pia?.email, 'Pia@coffee.example.com')
  assert.deepEqual([pia?.profile.firstName, pia?.profile.lastName], ['Pia Maria', 'Moreira'])
  assert.equal(pia?.profile.title, 'Founder')
  assert.equal(pia?.profile.status.text, 'Out')
  assert.equal(pia?.profile.status.expiration, 1)
  assert.deepEqual(pia?.profile.fields, {
    Xf0TEXT001: { value: 'bare', alt: '' },
    Xf0TAGS001: {
      value: 'Mocha,Latte',
      alt: '',
      tags: [
        { value: 'Mocha', alt: '' },
        { value: 'Latte', alt: '' },
      ],
    },
    Xf0USER001: { value: 'U0PIA00001', alt: 'me' },
  })
  assert.deepEqual([dee?.deleted, dee?.profile.realName, dee?.profile.phone, dee?.ordinal], [true, 'Dee', '12', 1])
})

test('apps, their bots and tokens find each other', () => {
  const { team, users, tokens } = parse({
    users: [PIA, { id: 'U0BOT00001', role: 'bot' }],
    apps: [
      { id: 'A0STATUS01', bot_user: 'U0BOT00001', legacy_response: true, response: 'modern' },
      { id: 'A0OTHER001', response: '2021' },
    ],
    tokens: [
      { token: 'xoxp-pia', user: 'U0PIA00001', scopes: ['users:read', 'users:read'] },
      { token: 'xoxb-1', app: 'A0STATUS01', revoked: true },
      { token: 'xapp-1', app: 'A0OTHER001', expires_at: 5, created_at: 4 },
      { token: 'xoxe.xoxp-1', user: 'U0PIA00001' },
    ],
  })
  assert.equal(team.apps.get('A0STATUS01' as AppId)?.response, '2016')
  assert.equal(team.apps.get('A0OTHER001' as AppId)?.response, '2021')
  assert.deepEqual(users[1]?.bot, { botId: 'B0BOT00001', appId: 'A0STATUS01' })
  assert.deepEqual(
    tokens.map(({ grant }) => [grant.tokenId, grant.kind, grant.userId, grant.appId, grant.scopes.length]),
    [
      ['T0COFFEE1-1', 'user', 'U0PIA00001', null, 1],
      ['T0COFFEE1-2', 'bot', 'U0BOT00001', 'A0STATUS01', 0],
      ['T0COFFEE1-3', 'app', 'U0PIA00001', 'A0OTHER001', 0],
      ['T0COFFEE1-4', 'user', 'U0PIA00001', null, 0],
    ],
  )
  assert.deepEqual([tokens[1]?.grant.revoked, tokens[2]?.grant.expiresAt, tokens[2]?.grant.createdAt], [true, 5, 4])
})

test('an alias may stand on a standard emoji, a custom one, or one that every workspace has', () => {
  const { team } = parse({
    emoji: { shipit: 'alias:squirrel', brew: 'alias:coffee', b: 'alias:brew', c: 'https://x.example/c.png' },
  })
  assert.equal(team.emoji.get('shipit'), 'alias:squirrel')
  assert.equal(team.emoji.size, 4)
})

test('a bot has an id as Slack writes them, however short its user id is', () => {
  for (const [id, botId] of [
    ['U0B', 'B0000000B'],
    ['U0BOT00001', 'B0BOT00001'],
  ] as const) {
    assert.equal(parse({ users: [PIA, { id, role: 'bot' }] }).users[1]?.bot?.botId, botId)
  }
})

test('the name of a bot stays whole, unless the file gives its halves', () => {
  const bot = (profile: object) => parse({ users: [PIA, { id: 'U0BOT00001', role: 'bot', profile }] }).users[1]?.profile
  const names = (profile: object) => [bot(profile)?.realName, bot(profile)?.firstName, bot(profile)?.lastName]
  assert.deepEqual(names({ real_name: 'Status bot' }), ['Status bot', '', ''])
  assert.deepEqual(names({ first_name: 'Status', last_name: 'bot' }), ['Status bot', 'Status', 'bot'])
})

test('the demo team has people of every role, a field of every type, and passes', () => {
  const demo = parseWorkspace(demoWorkspace(), DEMO_FILE_NAME)
  assert.ok(!areProblems(demo), JSON.stringify(demo))
  assert.equal(new Set(demo.users.map(({ role }) => role)).size, 7)
  assert.equal(new Set([...demo.team.fields.values()].map(({ type }) => type)).size, 7)
  assert.ok(demo.users.some(({ deleted }) => deleted))
  const tokens = demo.tokens.map(({ token }) => token)
  for (const name of [
    'xoxp-ada',
    'xoxp-pia',
    'xoxp-owen',
    'xoxp-mel',
    'xoxp-gus',
    'xoxp-sol',
    'xoxb-statusbot',
    'xapp-statusbot',
  ]) {
    assert.ok(tokens.includes(name), name)
  }
})

function parse(file: unknown): Workspace {
  const outcome = parseWorkspace(JSON.stringify(file), 'coffee.json')
  if (areProblems(outcome)) assert.fail(outcome.problems.join('\n'))
  return outcome
}

function rolesOf(users: readonly unknown[]): string[] {
  return parse({ users }).users.map(({ role }) => role)
}
