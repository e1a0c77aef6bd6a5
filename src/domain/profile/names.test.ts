import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '../errors.ts'
import { EMPTY_PROFILE } from '../user.ts'
import { changeNames, joinName, type Names, normalizeName, splitName } from './names.ts'
import type { CorePatch } from './patch.ts'

const NO_EMOJI = new Map<string, string>()
const ADA: Names = { realName: 'Ada Lovelace', firstName: 'Ada', lastName: 'Lovelace', displayName: 'ada' }

function change(core: CorePatch, present: Names = ADA): Names {
  const names = changeNames(present, core, NO_EMOJI)
  if (isRefusal(names)) assert.fail(names.refused)
  return names
}

test('a real name is split at its last word', () => {
  for (const [realName, firstName, lastName] of [
    ['', '', ''],
    ['Ada', 'Ada', ''],
    ['Ada Lovelace', 'Ada', 'Lovelace'],
    ['Ada King Lovelace', 'Ada King', 'Lovelace'],
    ['  Ada \t Lovelace  ', 'Ada', 'Lovelace'],
    ['山田 太郎', '山田', '太郎'],
    ['山田\u3000太郎', '山田', '太郎'],
  ] as const) {
    assert.deepEqual(splitName(realName), { firstName, lastName }, realName)
  }
})

const MERGED: readonly [string, CorePatch, string, string, string][] = [
  ['a new real name', { real_name: 'Grace Hopper' }, 'Grace Hopper', 'Grace', 'Hopper'],
  ['one word clears the last name', { real_name: 'Grace' }, 'Grace', 'Grace', ''],
  ['an empty real name empties both halves', { real_name: '' }, '', '', ''],
  ['a first name', { first_name: 'Augusta' }, 'Augusta Lovelace', 'Augusta', 'Lovelace'],
  ['a last name', { last_name: 'King' }, 'Ada King', 'Ada', 'King'],
  ['an empty last name', { last_name: '' }, 'Ada', 'Ada', ''],
  ['an empty first name', { first_name: '' }, 'Lovelace', '', 'Lovelace'],
  ['both halves', { first_name: 'Grace', last_name: 'Hopper' }, 'Grace Hopper', 'Grace', 'Hopper'],
  [
    'everything sent back with a new real name',
    { real_name: 'Grace Hopper', first_name: 'Ada', last_name: 'Lovelace' },
    'Grace Hopper',
    'Grace',
    'Hopper',
  ],
  [
    'everything sent back with a new first name',
    { real_name: 'Ada Lovelace', first_name: 'Augusta', last_name: 'Lovelace' },
    'Augusta Lovelace',
    'Augusta',
    'Lovelace',
  ],
  [
    'empty halves beside a real name',
    { real_name: 'Grace Hopper', first_name: '', last_name: '' },
    'Grace Hopper',
    'Grace',
    'Hopper',
  ],
  [
    'a half beside a new real name wins for itself',
    { real_name: 'Grace Hopper', first_name: 'Amazing' },
    'Amazing Hopper',
    'Amazing',
    'Hopper',
  ],
]

for (const [what, core, realName, firstName, lastName] of MERGED) {
  test(`names: ${what}`, () => {
    assert.deepEqual(change(core), { realName, firstName, lastName, displayName: 'ada' })
  })
}

test('names sent back unchanged are no change, however they came about', () => {
  const van: Names = { realName: 'Vincent van Gogh', firstName: 'Vincent', lastName: 'van Gogh', displayName: '' }
  for (const present of [ADA, van, { ...ADA, firstName: '', lastName: '' }, EMPTY_PROFILE]) {
    const all = {
      real_name: present.realName,
      first_name: present.firstName,
      last_name: present.lastName,
      display_name: present.displayName,
    }
    assert.equal(change(all, present), present)
    for (const [key, value] of Object.entries(all)) assert.equal(change({ [key]: value }, present), present)
  }
})

const REFUSED: readonly [CorePatch, string, number?][] = [
  [{ real_name: 'x'.repeat(51) }, 'too_long', 50],
  [{ first_name: 'x'.repeat(36) }, 'too_long', 35],
  [{ last_name: '😀'.repeat(36) }, 'too_long', 35],
  [{ display_name: 'x'.repeat(81) }, 'too_long', 80],
  [{ first_name: 'slackbot' }, 'reserved_name'],
  [{ last_name: ' Slackbot ' }, 'reserved_name'],
  [{ last_name: 'SlackBot' }, 'reserved_name'],
  [{ real_name: 'Slackbot' }, 'reserved_name'],
  [{ real_name: 'Ada SLACKBOT' }, 'reserved_name'],
  [{ real_name: '@ada' }, 'invalid_starts_with_at'],
  [{ first_name: '@ada' }, 'invalid_starts_with_at'],
  [{ display_name: ' @ada' }, 'invalid_starts_with_at'],
  [{ real_name: 'Ada @home' }, 'invalid_starts_with_at'],
  [{ display_name: 'see https://x.example' }, 'name_not_allowed'],
  [{ first_name: 'FTP://x' }, 'name_not_allowed'],
  [{ last_name: 'www.x.example' }, 'name_not_allowed'],
  [{ display_name: 'Ada 🚆' }, 'invalid_emoji_not_allowed'],
  [{ real_name: 'Ada :train:' }, 'invalid_emoji_not_allowed'],
]

for (const [core, code, limit] of REFUSED) {
  test(`names: ${JSON.stringify(core).slice(0, 40)} is ${code}`, () => {
    const refusal = changeNames(ADA, core, NO_EMOJI)
    if (!isRefusal(refusal)) assert.fail('accepted')
    assert.equal(refusal.refused, code)
    assert.equal(refusal.detail?.limit, limit)
  })
}

test('names that only look forbidden are allowed', () => {
  for (const name of [
    'Slackbotty',
    'a@b',
    'C3PO #1',
    'No. 5*',
    'Ada ©',
    'T:rain',
    'a:bb:c',
    'Awww. Yes',
    '://',
    'ﷺ',
    "O'Neil",
  ]) {
    assert.equal(change({ display_name: name }).displayName, name)
  }
  for (const [key, max] of [
    ['real_name', 50],
    ['first_name', 35],
    ['last_name', 35],
    ['display_name', 80],
  ] as const) {
    change({ [key]: '山'.repeat(max) })
  }
})

test('lengths are checked on what was sent, not on what follows from it', () => {
  assert.equal(change({ real_name: `${'x'.repeat(45)} yyy` }).firstName.length, 45)
  assert.equal(change({ first_name: 'x'.repeat(35), last_name: 'y'.repeat(35) }).realName.length, 71)
})

test('a refused name that is the present one stays', () => {
  const bad: Names = {
    realName: '@slackbot www.x',
    firstName: '@slackbot',
    lastName: 'www.x',
    displayName: 'x'.repeat(99),
  }
  assert.equal(change({ first_name: '@slackbot', last_name: 'www.x', display_name: bad.displayName }, bad), bad)
})

test('normalising takes combining marks and leaves letters', () => {
  for (const [name, expected] of [
    ['Zoë', 'Zoe'],
    ['Rishi हिन्दी 汉语', 'Rishi हनद 汉语'],
    ['Łukasz Øre ß', 'Łukasz Øre ß'],
    ['한국', '한국'],
    ['Ada\tLovelace', 'Ada\tLovelace'],
    ['', ''],
  ] as const) {
    assert.equal(normalizeName(name), expected)
  }
})

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => !/\s/u.test(text))

test('normalising twice is normalising once, and leaves no mark', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const once = normalizeName(name)
      assert.equal(normalizeName(once), once)
      assert.doesNotMatch(once.normalize('NFD'), /\p{M}/u)
    }),
  )
})

test('splitting what was joined gives the halves back', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), fc.option(word, { nil: '' }), (first, last) => {
      fc.pre(last !== '' || first.length === 1)
      const halves = { firstName: first.join(' '), lastName: last }
      assert.deepEqual(splitName(joinName(halves.firstName, halves.lastName)), halves)
    }),
  )
})

test('joining what was split gives the name back, but for spaces', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      const name = words.join(' ')
      const { firstName, lastName } = splitName(name)
      assert.equal(joinName(firstName, lastName), name)
    }),
  )
})
