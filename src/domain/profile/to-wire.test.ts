import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AppId, FieldId, TeamId, UserId } from '../ids.ts'
import { DEFAULT_COMPAT, DEFAULT_SETTINGS, type FieldDefinition, type Team } from '../team.ts'
import { EMPTY_PROFILE, type Profile, type Role, type User } from '../user.ts'
import { defaultAvatarHash } from './picture.ts'
import { profileToWire, type UserView, userToWire } from './to-wire.ts'
import { profileIn2021, userIn2016 } from './wire-forms.ts'

const NOW = Date.parse('2026-07-15T12:00:00Z')
const URL = 'http://127.0.0.1:4390'
const TEAM_ID = 'T0COFFEE1' as TeamId
const ROLE_FIELD = 'Xf0ROLE001' as FieldId
const TAGS_FIELD = 'Xf0TAGS001' as FieldId
const STRAY_FIELD = 'Xf0STRAY01' as FieldId

const team: Team = {
  id: TEAM_ID,
  name: 'Coffee Co',
  domain: 'coffee',
  plan: 'paid',
  compat: DEFAULT_COMPAT,
  settings: DEFAULT_SETTINGS,
  fields: new Map([
    [ROLE_FIELD, definition(ROLE_FIELD, 'Role', 'text')],
    [TAGS_FIELD, definition(TAGS_FIELD, 'Coffees', 'tags')],
  ]),
  sections: [],
  emoji: new Map([
    ['party_parrot', 'https://emoji.example.com/parrot.gif'],
    ['shipit', 'alias:squirrel'],
    ['fiesta', 'alias:party_parrot'],
  ]),
  apps: new Map(),
}
const view: UserView = { team, publicUrl: URL, seesEmail: true, seesTwoFactor: false, now: NOW }

const ada = person({ realName: 'Ada Lovelace', firstName: 'Ada', lastName: 'Lovelace', displayName: 'ada' })

const HEAD = [
  ...['title', 'phone', 'skype', 'real_name', 'real_name_normalized', 'display_name', 'display_name_normalized'],
  ...['fields', 'status_text', 'status_emoji', 'status_emoji_display_info', 'status_expiration', 'avatar_hash'],
]
const HUDDLE = ['huddle_state', 'huddle_state_expiration_ts']
const HALVES = ['first_name', 'last_name']
const IMAGES = ['image_24', 'image_32', 'image_48', 'image_72', 'image_192', 'image_512']
const TAIL = ['status_text_canonical', 'team']

test('a profile has every key of a person, in the order Slack sends them', () => {
  const wire = profileToWire(ada, view)
  assert.deepEqual(Object.keys(wire), [...HEAD, 'email', ...HUDDLE, ...HALVES, ...IMAGES, ...TAIL])
  assert.equal(wire.skype, '')
  assert.equal(wire.status_text_canonical, '')
  assert.equal(wire.huddle_state, 'default_unset')
  assert.equal(wire.huddle_state_expiration_ts, 0)
  assert.equal(wire.team, TEAM_ID)
})

test('with everything set, the keys that come only then stand in their places', () => {
  const user = person({
    ...ada.profile,
    startDate: '2022-03-21',
    pronouns: 'she/her',
    photo: { hash: '0123456789abcdef0123' },
  })
  const wire = profileToWire(user, view)
  const set = ['image_original', 'is_custom_image', 'start_date', 'email', 'pronouns']
  assert.deepEqual(Object.keys(wire), [...HEAD, ...set, ...HUDDLE, ...HALVES, ...IMAGES, 'image_1024', ...TAIL])
  assert.equal(wire.start_date, '2022-03-21')
  assert.equal(wire.pronouns, 'she/her')
})

test('an uploaded picture is served by team and hash, with its hash cut to twelve digits', () => {
  const wire = profileToWire(person({ photo: { hash: '0123456789abcdef0123' } }), view)
  const base = `${URL}/avatars/${TEAM_ID}/0123456789abcdef0123`
  assert.equal(wire.avatar_hash, '0123456789ab')
  assert.equal(wire.is_custom_image, true)
  assert.equal(wire.image_original, `${base}-original.jpg`)
  assert.equal(wire.image_24, `${base}-24.jpg`)
  assert.equal(wire.image_1024, `${base}-1024.jpg`)
})

test('without one, the picture is drawn from the ids, and nothing in its address comes from the email', () => {
  const wire = profileToWire(ada, view)
  const hash = defaultAvatarHash(TEAM_ID, ada.id)
  assert.equal(wire.avatar_hash, hash)
  for (const size of [24, 32, 48, 72, 192, 512] as const) {
    assert.equal(wire[`image_${size}`], `${URL}/avatars/${hash}-${size}.png`)
  }
  assert.equal(profileToWire({ ...ada, email: 'other@example.com' }, view).avatar_hash, hash)
})

test('the email is absent without the scope, and for people who have none', () => {
  assert.equal(profileToWire(ada, view).email, 'ada@coffee.example')
  assert.ok(!('email' in profileToWire(ada, { ...view, seesEmail: false })))
  assert.ok(!('email' in profileToWire({ ...ada, email: null }, view)))
})

test('normalised names lose combining marks and keep all other letters', () => {
  const wire = profileToWire(person({ realName: 'Renée हिन्दी', displayName: 'Łukasz 汉语' }), view)
  assert.equal(wire.real_name_normalized, 'Renee हनद')
  assert.equal(wire.display_name_normalized, 'Łukasz 汉语')
})

const fields = {
  [ROLE_FIELD]: { value: 'Barista', alt: '' },
  [TAGS_FIELD]: {
    value: 'Mocha,Latte',
    alt: '',
    tags: [
      { value: 'Mocha', alt: '' },
      { value: 'Latte', alt: 'oat' },
    ],
  },
  [STRAY_FIELD]: { value: 'of a field that is gone', alt: '' },
}

test('fields read as objects, tags as one object with all of them inside', () => {
  assert.deepEqual(profileToWire(person({ fields }), view).fields, {
    [ROLE_FIELD]: { value: 'Barista', alt: '' },
    [TAGS_FIELD]: {
      value: 'Mocha,Latte',
      alt: '',
      values: [
        { value: 'Mocha', alt: '' },
        { value: 'Latte', alt: 'oat' },
      ],
    },
  })
  assert.deepEqual(profileToWire(ada, view).fields, {})
})

test('labels come when asked for', () => {
  const wire = profileToWire(person({ fields }), { ...view, labels: true })
  assert.deepEqual(wire.fields?.[ROLE_FIELD], { value: 'Barista', alt: '', label: 'Role' })
  assert.equal(wire.fields?.[TAGS_FIELD]?.label, 'Coffees')
})

test('users.list has null for the fields of everybody', () => {
  assert.equal(userToWire(person({ fields }), { ...view, fields: 'null' }).profile.fields, null)
})

const STANDARD = 'https://a.slack-edge.com/production-standard-emoji-assets/14.0/apple-large'
const PARROT = 'https://emoji.example.com/parrot.gif'
const statuses: readonly (readonly [string, readonly object[]])[] = [
  ['', []],
  [':palm_tree:', [{ emoji_name: 'palm_tree', display_url: `${STANDARD}/1f334.png`, unicode: '1f334' }]],
  [':party_parrot:', [{ emoji_name: 'party_parrot', display_url: PARROT }]],
  [':fiesta:', [{ emoji_name: 'fiesta', display_url: PARROT, display_alias: 'party_parrot' }]],
  [':taken_back:', []],
]
for (const [emoji, expected] of statuses) {
  test(`the display info of ${emoji || 'no status'} has ${expected.length} entries`, () => {
    const wire = profileToWire(person({ status: { text: 'x', emoji, expiration: 5 } }), view)
    assert.deepEqual(wire.status_emoji_display_info, expected)
    assert.equal(wire.status_emoji, emoji)
    assert.equal(wire.status_text, 'x')
    assert.equal(wire.status_expiration, 5)
  })
}

test('a user has every key, in the order Slack sends them', () => {
  const wire = userToWire(ada, { ...view, seesTwoFactor: true, locale: true })
  assert.deepEqual(Object.keys(wire), [
    ...['id', 'team_id', 'name', 'deleted', 'color', 'real_name', 'tz', 'tz_label', 'tz_offset', 'profile'],
    ...['is_admin', 'is_owner', 'is_primary_owner', 'is_restricted', 'is_ultra_restricted', 'is_bot', 'is_app_user'],
    ...['updated', 'is_email_confirmed', 'has_2fa', 'who_can_share_contact_card', 'locale'],
  ])
  assert.equal(wire.color, '9f69e7')
  assert.equal(wire.tz_label, 'British Summer Time')
  assert.equal(wire.tz_offset, 3_600)
  assert.equal(wire.locale, 'en-GB')
  assert.equal(wire.updated, 1_700_000_000)
})

test('two-factor and locale are absent where they are not for the caller', () => {
  const wire = userToWire(ada, view)
  assert.ok(!('has_2fa' in wire) && !('locale' in wire))
  assert.equal(userToWire({ ...ada, has2fa: true }, { ...view, seesTwoFactor: true }).has_2fa, true)
  assert.ok(!('has_2fa' in userToWire(bot(null), { ...view, seesTwoFactor: true })))
  assert.equal(userToWire(ada, { ...view, isAppUser: true }).is_app_user, true)
})

const ranks: readonly (readonly [Role, readonly boolean[]])[] = [
  ['primary_owner', [true, true, true, false, false]],
  ['owner', [true, true, false, false, false]],
  ['admin', [true, false, false, false, false]],
  ['member', [false, false, false, false, false]],
  ['guest', [false, false, false, true, false]],
  ['single_channel_guest', [false, false, false, true, true]],
  ['bot', [false, false, false, false, false]],
]
for (const [role, flags] of ranks) {
  test(`the flags of role ${role}`, () => {
    const wire = userToWire({ ...ada, role }, view)
    const { is_admin, is_owner, is_primary_owner, is_restricted, is_ultra_restricted } = wire
    assert.deepEqual([is_admin, is_owner, is_primary_owner, is_restricted, is_ultra_restricted], flags)
    assert.equal(wire.is_bot, role === 'bot')
    assert.equal('guest_invited_by' in wire.profile, role.endsWith('guest'))
  })
}

test('a deactivated user has only the keys that Slack leaves', () => {
  assert.deepEqual(Object.keys(userToWire({ ...ada, deleted: true }, { ...view, seesTwoFactor: true, locale: true })), [
    ...['id', 'team_id', 'name', 'deleted', 'profile', 'is_bot', 'is_app_user', 'updated'],
  ])
})

test('a bot has its own keys, no email, no huddle, and no halves of a name until it is renamed', () => {
  const wire = profileToWire(bot('A0STATUS01' as AppId), view)
  const own = ['api_app_id', 'always_active', 'bot_id']
  assert.deepEqual(Object.keys(wire), [...HEAD, ...own, ...IMAGES, ...TAIL])
  assert.deepEqual([wire.api_app_id, wire.always_active, wire.bot_id], ['A0STATUS01', false, 'B0BOT00001'])

  const renamed = { ...bot(null), profile: { ...EMPTY_PROFILE, firstName: 'Status' } }
  assert.deepEqual(Object.keys(profileToWire(renamed, view)), [...HEAD, ...own, ...HALVES, ...IMAGES, ...TAIL])
  assert.equal(profileToWire(renamed, view).api_app_id, '')
})

test('the profile of 2021 is the same without the keys that its schema forbids', () => {
  const wire = profileToWire(person({ ...ada.profile, startDate: '2022-03-21', pronouns: 'she/her' }), view)
  const { status_emoji_display_info, start_date, huddle_state, huddle_state_expiration_ts, ...rest } = wire
  assert.deepEqual(profileIn2021(wire), rest)
  assert.deepEqual([start_date, huddle_state, huddle_state_expiration_ts], ['2022-03-21', 'default_unset', 0])
  assert.deepEqual(status_emoji_display_info, [])
})

test('the answer of 2016 is the user object itself, in the order of its documentation', () => {
  const wire = userToWire(ada, { ...view, seesTwoFactor: true })
  const old = userIn2016(wire)
  assert.deepEqual(Object.keys(old), [
    ...['id', 'team_id', 'name', 'deleted', 'status', 'color', 'real_name', 'tz', 'tz_label', 'tz_offset'],
    ...['profile', 'is_admin', 'is_owner', 'is_primary_owner', 'is_restricted', 'is_ultra_restricted', 'is_bot'],
    'has_2fa',
  ])
  assert.deepEqual(Object.keys(old.profile), [
    ...['avatar_hash', 'first_name', 'last_name', 'title', 'phone', 'skype', ...IMAGES, 'image_1024'],
    ...['real_name', 'real_name_normalized', 'email'],
  ])
  assert.deepEqual([old.status, old.profile.skype], [null, ''])
  assert.equal(old.profile.image_1024, wire.profile.image_512)
})

test('writing a user down changes nothing of it and shares nothing that could be changed', () => {
  const user = person({ fields })
  const before = structuredClone(user)
  const wire = userToWire(user, view)
  assert.notEqual(wire.profile.fields?.[ROLE_FIELD], user.profile.fields[ROLE_FIELD])
  assert.deepEqual(user, before)
})

function person(profile: Partial<Profile>, changes: Partial<User> = {}): User {
  return {
    id: 'U0ADA00001' as UserId,
    teamId: TEAM_ID,
    name: 'ada',
    role: 'member',
    deleted: false,
    has2fa: false,
    tz: 'Europe/London',
    locale: 'en-GB',
    ordinal: 0,
    email: 'ada@coffee.example',
    profile: { ...EMPTY_PROFILE, ...profile },
    bot: null,
    updated: 1_700_000_000,
    ...changes,
  }
}

function bot(appId: AppId | null): User {
  const identity = { botId: 'B0BOT00001', appId }
  return person({ realName: 'Status bot' }, { role: 'bot', email: null, bot: identity })
}

function definition(id: FieldId, label: string, type: FieldDefinition['type']): FieldDefinition {
  const plain = { hint: '', possibleValues: null, ordering: 0, isHidden: false, sectionId: 'S1' }
  return { id, label, type, ...plain, api: true, isScim: false, isProtected: false }
}
