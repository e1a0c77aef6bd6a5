import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  BUSY,
  type Call,
  CHANGED,
  call,
  change,
  PROFILE,
  person,
  refusal,
  STATUS,
  TEXT,
} from '../../../test/support/change-profile.ts'
import { aField, aTeam, ids, NOW, NOW_SECONDS } from '../../../test/support/world.ts'
import { isRefusal } from '../errors.ts'
import type { Team } from '../team.ts'
import { EMPTY_STATUS } from '../user.ts'
import { withStatusCleared } from './change-profile.ts'

const EVENTS: readonly [string, Call, readonly string[]][] = [
  ['a title', { profile: { title: 'Barista' } }, [CHANGED, PROFILE]],
  ['a name', { profile: { first_name: 'Melody' } }, [CHANGED, PROFILE]],
  ['a start date', { profile: { start_date: '2025-10-17' } }, [CHANGED, PROFILE]],
  ['a custom field', { profile: { fields: { [TEXT]: 'x' } } }, [CHANGED, PROFILE]],
  ['an email', { as: 'ada', on: 'mel', profile: { email: 'mel@new.example' } }, [CHANGED, PROFILE]],
  ['a status', { profile: { status_text: 'x', status_emoji: ':train:' } }, [CHANGED, STATUS]],
  ['an expiration', { on: BUSY, profile: { status_expiration: 0 } }, [CHANGED, STATUS]],
  ['both', { profile: { title: 'x', status_text: 'x' } }, [CHANGED, PROFILE, STATUS]],
  [
    'a custom field and a status',
    { profile: { fields: { [TEXT]: 'x' }, status_text: 'x' } },
    [CHANGED, PROFILE, STATUS],
  ],
]

for (const [what, given, events] of EVENTS) {
  test(`events of ${what}`, () => {
    const changed = change(given)
    assert.deepEqual(changed.events, events)
    assert.equal(changed.user.updated, NOW_SECONDS)
    assert.equal(changed.emailPending, undefined)
  })
}

test('custom fields alone are silent where the team says so', () => {
  const team = aTeam()
  const silent: Team = { ...team, compat: { ...team.compat, customFieldEvents: 'silent' } }
  const fields = { [TEXT]: 'x' }
  const alone = change({ team: silent, profile: { fields } })
  assert.deepEqual(alone.events, [])
  assert.deepEqual(alone.user.profile.fields, { [TEXT]: { value: 'x', alt: '' } })
  assert.equal(alone.user.updated, NOW_SECONDS)
  assert.deepEqual(change({ team: silent, profile: { fields, status_text: 'x' } }).events, [CHANGED, STATUS])
  assert.deepEqual(change({ team: silent, profile: { fields, title: 'x' } }).events, [CHANGED, PROFILE])
})

test('a write that changes nothing gives the same user and no event', () => {
  const mel = person('mel')
  const all = {
    real_name: 'Mel Member',
    first_name: 'Mel',
    last_name: 'Member',
    display_name: 'mel',
    title: '',
    phone: '',
    pronouns: '',
    start_date: '',
    email: 'mel@coffee.example',
    status_text: '',
    status_emoji: '',
    status_expiration: 0,
    fields: {},
  }
  for (const profile of [
    {},
    all,
    { fields: [] },
    { title: null },
    { skype: 'x', always_active: false },
    { status_expiration: 9 },
  ]) {
    const changed = change({ on: mel, profile })
    assert.equal(changed.user, mel)
    assert.deepEqual(changed.events, [])
  }
})

test('a change keeps all it does not name', () => {
  const mel = person('mel')
  const { user } = change({ on: mel, profile: { title: 'Barista', pronouns: 'she/her' } })
  const profile = { ...mel.profile, title: 'Barista', pronouns: 'she/her' }
  assert.deepEqual(user, { ...mel, profile, updated: NOW_SECONDS })
  assert.equal(mel.profile.title, '')
})

test('a change leaves the photo', () => {
  const mel = person('mel')
  const photo = { hash: '0123456789abcdef0123' }
  const on = { ...mel, profile: { ...mel.profile, photo } }
  assert.equal(change({ on, profile: { title: 'Barista' } }).user.profile.photo, photo)
})

test('a text that is too long by now may be sent back', () => {
  const mel = person('mel')
  const on = { ...mel, profile: { ...mel.profile, title: 'x'.repeat(300) } }
  assert.equal(change({ on, profile: { title: 'x'.repeat(300) } }).user, on)
})

const key = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
const halvesOrWhole = fc.oneof(
  fc.record({ real_name: key('', 'Grace', 'Grace Hopper', 'Grace Murray Hopper') }),
  fc.record({ first_name: key('', 'Grace'), last_name: key('', 'Hopper', 'van Gogh') }),
)
const rest = fc.record({
  display_name: key('', 'grace'),
  title: key('', 'Rear Admiral'),
  start_date: key('', '2025-10-17'),
  status_text: key('', 'busy'),
  status_emoji: key('', ':train:', ':pp:'),
  status_expiration: key(0, NOW_SECONDS + 60),
  fields: fc.dictionary(fc.constantFrom('Xf0TEXT001', 'Xf0LONG001', 'Xf0TAGS001'), fc.constantFrom('', 'a', 'b')),
})

test('the same patch twice is the same patch once', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(halvesOrWhole, rest), { maxLength: 4 }), (patches) => {
      let user = person('mel')
      for (const [names, others] of patches) {
        const profile = { ...names, ...others }
        const once = call({ on: user, profile })
        if (isRefusal(once)) continue
        assert.equal(once.user === user, once.events.length === 0)
        const twice = change({ on: once.user, profile })
        assert.equal(twice.user, once.user)
        assert.deepEqual(twice.events, [])
        user = once.user
      }
    }),
  )
})

test('updated never goes back', () => {
  const updated = NOW_SECONDS + 10
  assert.equal(change({ on: { ...person('mel'), updated }, profile: { title: 'x' } }).user.updated, updated)
  assert.equal(change({ profile: { title: 'x' }, now: NOW + 999 }).user.updated, NOW_SECONDS)
})

test('one refused value refuses the whole call', () => {
  for (const bad of [
    { phone: 'x'.repeat(256) },
    { status_emoji: ':nobody:' },
    { last_name: 'slackbot' },
    { fields: { Xf0DATE001: 'x' } },
  ]) {
    refusal({ profile: { title: 'Barista', ...bad } })
  }
})

const REFUSED: readonly [Call, string, unknown?][] = [
  [{ profile: { title: 'x'.repeat(256) } }, 'too_long', { limit: 255, field: 'title' }],
  [{ profile: { phone: 'x'.repeat(256) } }, 'too_long', { limit: 255, field: 'phone' }],
  [{ profile: { pronouns: 'x'.repeat(256) } }, 'too_long', { limit: 255, field: 'pronouns' }],
  [{ profile: { start_date: 'soon' } }, 'profile_set_failed', { field: 'start_date' }],
  [{ name: 'username', value: 'mel' }, 'username_same'],
  [{ as: 'mel', on: 'bob', profile: {} }, 'not_admin'],
  [{ as: 'mel', on: 'bob', name: 'username', value: 'bob' }, 'not_admin'],
  [{ profile: { email: 'mel@new.example' } }, 'not_admin'],
  [{ as: 'gus', profile: { email: 'gus@new.example' } }, 'not_admin'],
  [{ profile: { email: 'MEL@coffee.example' } }, 'not_admin'],
  // Whether an address is in use is none of a member's business.
  [{ profile: { email: 'bob@coffee.example' } }, 'not_admin'],
  [{ profile: { email: 'nonsense' } }, 'not_admin'],
  [{ as: 'ada', on: 'mel', profile: { email: 'nonsense' } }, 'profile_set_failed', { field: 'email' }],
  [{ as: 'ada', on: 'mel', profile: { email: '' } }, 'profile_set_failed', { field: 'email' }],
  [{ as: 'ada', on: 'mel', profile: { email: 'Bob@Coffee.example' } }, 'email_taken', { field: 'email' }],
  [{ as: 'ada', profile: { email: 'x@new.example' }, team: { ...aTeam(), plan: 'free' } }, 'permission_denied'],
]

for (const [given, code, detail] of REFUSED) {
  test(`${given.as ?? 'mel'} sending ${JSON.stringify(given.profile ?? given.name).slice(0, 50)} gets ${code}`, () => {
    const refused = refusal(given)
    assert.equal(refused.refused, code)
    assert.deepEqual(refused.detail, detail)
  })
}

test('notices name what was ignored', () => {
  const { user, notices } = change({
    profile: { skype: 'x', status_expiration: 9, title: 'y', fields: { Xf0NONE001: 'x' } },
  })
  assert.equal(user.profile.title, 'y')
  for (const key of ['skype', 'status_expiration', 'Xf0NONE001']) assert.ok(notices.join().includes(`\`${key}\``), key)
  assert.match(change({ name: 'username', value: 'melody' }).notices.join(), /`username`/)
  assert.deepEqual(change({ profile: { title: 'y' } }).notices, [])
})

test('keys that the team has closed are ignored for everybody, with all they hang together with', () => {
  const team = aTeam()
  const closing = (...uneditableFields: string[]): Team => ({
    ...team,
    settings: { ...team.settings, uneditableFields },
  })
  const cases: readonly [string, Record<string, unknown>, readonly string[]][] = [
    ['title', { title: 'x', phone: '1' }, ['title']],
    ['email', { email: 'x@y.example', phone: '1' }, ['email']],
    [
      'real_name',
      { first_name: 'X', last_name: 'Y', real_name: 'X Y', phone: '1' },
      ['first_name', 'last_name', 'real_name'],
    ],
    ['first_name', { first_name: 'X', real_name: 'X Y', last_name: 'Member', phone: '1' }, ['first_name', 'real_name']],
    [
      'status_text',
      { status_text: 'a', status_emoji: ':pp:', status_expiration: 5, phone: '1' },
      ['status_text', 'status_emoji', 'status_expiration'],
    ],
    ['last_name', { real_name: 'X Y', phone: '1' }, ['real_name']],
    ['status_emoji', { status_text: 'a', phone: '1' }, ['status_text']],
    [TEXT, { fields: { [TEXT]: 'x' }, phone: '1' }, [TEXT]],
  ]
  for (const [closed, profile, ignored] of cases) {
    for (const as of ['mel', 'pia'] as const) {
      const before = person(as)
      const { user, notices } = change({
        as,
        team: closing(closed),
        profile: { ...profile, last_name: before.profile.lastName },
      })
      assert.deepEqual(user, { ...before, profile: { ...before.profile, phone: '1' }, updated: NOW_SECONDS })
      for (const key of ignored) assert.ok(notices.join().includes(`\`${key}\``), key)
    }
  }
  assert.equal(change({ team: closing('status_expiration'), on: BUSY, profile: { status_expiration: 0 } }).user, BUSY)
  assert.equal(change({ team: closing('__proto__', 'constructor'), profile: { title: 'x' } }).user.profile.title, 'x')
})

test('clearing a status', () => {
  const cleared = withStatusCleared(BUSY, NOW)
  assert.deepEqual(cleared.user, { ...BUSY, profile: { ...BUSY.profile, status: EMPTY_STATUS }, updated: NOW_SECONDS })
  assert.deepEqual(cleared.events, [CHANGED, STATUS])
  assert.deepEqual(withStatusCleared(cleared.user, NOW + 5000), { user: cleared.user, events: [], notices: [] })
  assert.equal(withStatusCleared(cleared.user, NOW).user, cleared.user)
})

test('a user field takes people that exist', () => {
  const team: Team = { ...aTeam(), fields: new Map([[TEXT, aField(TEXT, 'user')]]) }
  assert.equal(change({ team, profile: { fields: { [TEXT]: ids.ada } } }).user.profile.fields[TEXT]?.value, ids.ada)
  assert.equal(refusal({ team, profile: { fields: { [TEXT]: ids.bob } } }).refused, 'profile_set_failed')
})
