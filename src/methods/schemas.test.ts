import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import type { AppId, FieldId, TeamId, UserId } from '../domain/ids.ts'
import { isEmail } from '../domain/profile/email.ts'
import { profileToWire, type UserView, userToWire } from '../domain/profile/to-wire.ts'
import type { WireProfile, WireUser } from '../domain/profile/wire.ts'
import { type ProfileIn2021, profileIn2021, type UserIn2016, userIn2016 } from '../domain/profile/wire-forms.ts'
import { DEFAULT_COMPAT, DEFAULT_SETTINGS, type FieldDefinition, type Team } from '../domain/team.ts'
import { teamProfileToWire, type WireTeamProfile } from '../domain/team-profile.ts'
import { EMPTY_PROFILE, ROLES, type User } from '../domain/user.ts'
import type { Schema, TypeOf } from '../web-api/schema.ts'
import { profileIn2021Schema, profileSchema, teamProfileSchema, userIn2016Schema, userSchema } from './schemas.ts'

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
addFormats.default(ajv)

const field: FieldDefinition = {
  id: 'Xf0TAGS001' as FieldId,
  label: 'Coffees',
  hint: '',
  type: 'tags',
  possibleValues: null,
  ordering: 0,
  isHidden: false,
  sectionId: 'S1',
  api: true,
  isScim: false,
  isProtected: false,
}
const team: Team = {
  id: 'T0COFFEE1' as TeamId,
  name: 'Coffee Co',
  domain: 'coffee',
  plan: 'paid',
  compat: DEFAULT_COMPAT,
  settings: DEFAULT_SETTINGS,
  fields: new Map([[field.id, field]]),
  sections: [{ id: 'S1', label: 'About', type: 'custom', order: 0, isHidden: false }],
  emoji: new Map(),
  apps: new Map(),
}
const view: UserView = {
  team,
  publicUrl: 'http://127.0.0.1:4390',
  seesEmail: true,
  seesTwoFactor: true,
  locale: true,
  labels: true,
  now: 0,
}
const bare: User = {
  id: 'U0ADA00001' as UserId,
  teamId: team.id,
  name: 'ada',
  role: 'member',
  deleted: false,
  has2fa: false,
  tz: 'Europe/London',
  locale: 'en-GB',
  ordinal: 0,
  email: null,
  profile: EMPTY_PROFILE,
  bot: null,
  updated: 0,
}
const full: User = {
  ...bare,
  email: 'ada@coffee.example',
  profile: {
    ...EMPTY_PROFILE,
    realName: 'Ada Lovelace',
    startDate: '2022-03-21',
    pronouns: 'she/her',
    status: { text: 'x', emoji: ':wave::skin-tone-3:', expiration: 2_841_800_400 },
    fields: { [field.id]: { value: 'Mocha', alt: '', tags: [{ value: 'Mocha', alt: '' }] } },
    photo: { hash: '0123456789abcdef0123' },
  },
}
const bot: User = { ...bare, role: 'bot', bot: { botId: 'B0BOT00001', appId: 'A0STATUS01' as AppId } }
const people = [bot, ...[bare, full].flatMap((user) => ROLES.map((role) => ({ ...user, role })))]

for (const user of people.flatMap((person) => [person, { ...person, deleted: true }])) {
  const kind = `${user.email === null ? 'empty' : 'full'} ${user.role}${user.deleted ? ', deactivated' : ''}`
  test(`the schemas hold for every form of a user: ${kind}`, () => {
    const wire = userToWire(user, view)
    assertFits(userSchema, wire)
    assertFits(userSchema, userToWire(user, { ...view, fields: 'null', seesEmail: false, locale: false }))
    assertFits(profileSchema, wire.profile)
    assertFits(profileIn2021Schema, profileIn2021(wire.profile))
    assertFits(userIn2016Schema, userIn2016(wire))
  })
}

test('the schemas hold for every address that a person can have', () => {
  const part = fc.string({
    unit: fc.constantFrom('a', 'Z', '9', '.', '-', '_', '+', "'", '@', 'ö', 'я', '本', '́', '#'),
  })
  const address = fc.tuple(part, part, part).map(([local, ...labels]) => `${local}@${labels.join('.')}`)
  fc.assert(
    fc.property(address.filter(isEmail), (email) => {
      const wire = userToWire({ ...full, email }, view)
      assert.equal(wire.profile.email, email)
      assertFits(profileSchema, wire.profile)
      assertFits(userIn2016Schema, userIn2016(wire))
      const in2021 = profileIn2021(wire.profile)
      assertFits(profileIn2021Schema, in2021)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII.
      if (/^[\x00-\x7f]+$/.test(email) && !/^\.|\.\.|\.@/.test(email)) assert.equal(in2021.email, email)
    }),
  )
})

test('the schema of team.profile.get holds', () => {
  assertFits(teamProfileSchema, teamProfileToWire(team, 'all'))
})

const profile = profileToWire(full, view)

for (const key of profileSchema.json.required as readonly string[]) {
  test(`a profile without ${key} is refused`, () => {
    const { [key as keyof WireProfile]: _gone, ...rest } = profile
    assert.equal(fits(profileSchema, rest), false)
  })
}

const wrong: readonly (readonly [string, unknown])[] = [
  ['nickname', 'a key that nobody knows'],
  ['team', 'U0ADA00001'],
  ['bot_id', 'B1'],
  ['api_app_id', 'B0STATUS01'],
  ['skype', 'ada'],
  ['status_expiration', 1.5],
  ['status_emoji', 'coffee'],
  ['avatar_hash', 'anything'],
  ['image_24', 'no address'],
  ['email', 'no address'],
  ['start_date', '21.03.2022'],
  ['fields', []],
  ['fields', { Xf0ROLE001: [{ value: 'an array, on which SDKs fail', alt: '' }] }],
  ['fields', { role: { value: 'x', alt: '' } }],
  ['fields', { Xf0ROLE001: { value: '', alt: '' } }],
]
for (const [key, value] of wrong) {
  test(`a profile with ${key} ${JSON.stringify(value)} is refused`, () => {
    assert.equal(fits(profileSchema, { ...profile, [key]: value }), false)
  })
}

test('the profile of 2021 has no key that the Open Context Protocol forbids and all that it demands', () => {
  const demanded = [
    ...['real_name', 'display_name', 'avatar_hash', 'real_name_normalized', 'display_name_normalized', 'title'],
    ...['phone', 'skype', 'status_text', 'status_emoji', 'fields'],
  ]
  const { properties, required } = profileIn2021Schema.json as Record<'properties' | 'required', object>
  for (const key of demanded) assert.ok(Object.values(required).includes(key), key)
  for (const key of ['start_date', 'huddle_state', 'huddle_state_expiration_ts', 'status_emoji_display_info']) {
    assert.ok(!(key in properties), key)
  }
})

test('what goes out is of the declared type', () => {
  // The compiler runs this test: each line fails to compile where type and schema part.
  const declared: [
    (wire: WireProfile) => TypeOf<typeof profileSchema>,
    (wire: WireUser) => TypeOf<typeof userSchema>,
    (wire: WireTeamProfile) => TypeOf<typeof teamProfileSchema>,
    (wire: ProfileIn2021) => TypeOf<typeof profileIn2021Schema>,
    (wire: UserIn2016) => TypeOf<typeof userIn2016Schema>,
  ] = [(wire) => wire, (wire) => wire, (wire) => wire, (wire) => wire, (wire) => wire]
  assert.equal(declared[0](profile), profile)
})

function assertFits(schema: Schema, value: unknown): void {
  const validate = ajv.compile(schema.json)
  assert.ok(validate(JSON.parse(JSON.stringify(value))), ajv.errorsText(validate.errors))
}

function fits(schema: Schema, value: unknown): boolean {
  return ajv.compile(schema.json)(value)
}
