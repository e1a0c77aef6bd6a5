import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRefusal, type Refusal } from '../errors.ts'
import { type PatchArgs, parsePatch } from './parse-patch.ts'
import type { ProfilePatch } from './patch.ts'

function read(args: PatchArgs): ProfilePatch {
  const patch = parsePatch(args)
  if (isRefusal(patch)) assert.fail(`refused: ${patch.refused} ${patch.messages.join()}`)
  return patch
}

function refused(args: PatchArgs): Refusal {
  const patch = parsePatch(args)
  if (!isRefusal(patch)) assert.fail(`accepted: ${JSON.stringify(args).slice(0, 200)}`)
  return patch
}

const many = (count: number, key = 'title'): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${key}${index}`, 'x']))

test('core keys become text, and absent stays apart from empty', () => {
  const sent = { title: 'Barista', phone: '', pronouns: null, first_name: 5, last_name: true, real_name: -0 }
  assert.deepEqual(read({ profile: sent }).core, {
    title: 'Barista',
    phone: '',
    first_name: '5',
    last_name: 'true',
    real_name: '0',
  })
})

const REFUSED: readonly [string, PatchArgs, string, string?][] = [
  ['neither profile nor name', {}, 'invalid_profile'],
  ['null is absent', { profile: null }, 'invalid_profile'],
  ['an empty name', { name: '' }, 'invalid_profile'],
  ['only a value', { value: 'x' }, 'invalid_profile'],
  ['an array', { profile: [] }, 'invalid_profile'],
  ['text', { profile: '{}' }, 'invalid_profile'],
  ['a number', { profile: 1 }, 'invalid_profile'],
  ['51 keys', { profile: many(51) }, 'invalid_profile'],
  ['51 fields', { profile: { fields: many(51, 'Xf0AAA') } }, 'invalid_profile'],
  ['a key of 256 characters', { profile: { ['k'.repeat(256)]: '' } }, 'invalid_profile'],
  ['a field key of 256 characters', { profile: { fields: { [`Xf${'k'.repeat(254)}`]: '' } } }, 'invalid_profile'],
  ['a name of 256 characters', { name: 'n'.repeat(256), value: '' }, 'invalid_profile'],
  ['NUL in text', { profile: { title: 'a\0' } }, 'invalid_profile'],
  ['a lone surrogate in text', { profile: { title: '\ud83d' } }, 'invalid_profile'],
  ['a lone surrogate in a key', { profile: { '\ud83d': 1 } }, 'invalid_profile'],
  ['a lone surrogate in the value of an ignored key', { profile: { skype: '\ud83d' } }, 'invalid_profile'],
  ['a lone surrogate in a field key', { profile: { fields: { 'Xf\ud83d': '' } } }, 'invalid_profile'],
  ['NUL in a field', { profile: { fields: { Xf01: '\0' } } }, 'invalid_profile'],
  ['NUL in an alt', { profile: { fields: { Xf01: { value: 'a', alt: '\0' } } } }, 'invalid_profile'],
  ['NUL in a tag', { profile: { fields: { Xf01: [{ value: '\0' }] } } }, 'invalid_profile'],
  ['NUL in a username', { name: 'username', value: '\0' }, 'invalid_profile'],
  ['an object as text', { profile: { title: {} } }, 'profile_set_failed', 'title'],
  ['an array as text', { profile: { phone: ['1'] } }, 'profile_set_failed', 'phone'],
  ['an object as a field value', { profile: { fields: { Xf01: { value: {} } } } }, 'profile_set_failed', 'Xf01'],
  ['a list in a list', { profile: { fields: { Xf01: [['a']] } } }, 'profile_set_failed', 'Xf01'],
  ['an object as an alt', { profile: { fields: { Xf01: { value: 'a', alt: {} } } } }, 'profile_set_failed', 'Xf01'],
  ['1001 values', { profile: { fields: { Xf01: Array(1001).fill('a') } } }, 'profile_set_failed', 'Xf01'],
  ['fields that are a list', { profile: { fields: [{ Xf01: 'a' }] } }, 'profile_set_failed', 'fields'],
  ['fields that are text', { profile: { fields: 'x' } }, 'profile_set_failed', 'fields'],
  ['an infinite number', { profile: { title: JSON.parse('1e400') } }, 'profile_set_failed', 'title'],
  ['not a number', { profile: { title: Number.NaN } }, 'profile_set_failed', 'title'],
  [
    'a number JSON cannot keep',
    { profile: JSON.parse('{"phone":12345678901234567890}') },
    'profile_set_failed',
    'phone',
  ],
  ['an ooo_message that is no text', { profile: { ooo_message: 1 } }, 'invalid_ooo_message'],
  ['an ooo_message of 1001', { profile: { ooo_message: 'o'.repeat(1001) } }, 'invalid_ooo_message'],
  ...[
    1.5,
    -1,
    '1.5',
    '-1',
    '',
    'soon',
    ' 1',
    '0x10',
    '12345678901234567',
    true,
    [],
    {},
    Number.POSITIVE_INFINITY,
    Number.NaN,
    2 ** 53,
  ].map((value): [string, PatchArgs, string, string] => [
    `status_expiration ${JSON.stringify(value)}`,
    { profile: { status_expiration: value } },
    'profile_set_failed',
    'status_expiration',
  ]),
]

for (const [what, args, code, field] of REFUSED) {
  test(`refuses ${what}`, () => {
    const refusal = refused(args)
    assert.equal(refusal.refused, code)
    assert.equal(refusal.detail?.field, field)
    assert.equal(refusal.messages.length, 1)
  })
}

test('the limits themselves are allowed', () => {
  assert.equal(read({ profile: many(50) }).notices.length, 1)
  assert.equal(read({ profile: { fields: many(50, 'Xf0AAA') } }).fields.size, 50)
  assert.equal(read({ profile: { ['k'.repeat(255)]: '' } }).notices.length, 1)
  assert.equal(read({ profile: { ['😀'.repeat(255)]: '' } }).notices.length, 1)
  read({ profile: { ooo_message: '😀'.repeat(1000) } })
})

test('status_expiration takes whole seconds and digits', () => {
  for (const [sent, expected] of [
    [0, 0],
    [-0, 0],
    ['0', 0],
    ['1532627506', 1532627506],
    [2841800400, 2841800400],
  ] as const) {
    assert.ok(Object.is(read({ profile: { status_expiration: sent } }).statusExpiration, expected))
  }
  assert.equal('statusExpiration' in read({ profile: { status_expiration: null } }), false)
})

test('one key by name and value', () => {
  assert.deepEqual(read({ name: 'title', value: 'Barista' }).core, { title: 'Barista' })
  assert.deepEqual(read({ name: 'title' }).core, { title: '' })
  assert.equal(read({ name: 'status_expiration', value: '7' }).statusExpiration, 7)
  assert.deepEqual([...read({ name: 'Xf0111111', value: 'Barista' }).fields], [['Xf0111111', { value: 'Barista' }]])
  assert.equal(read({ name: 'fields', value: '{"Xf0111111":{"value":"a","alt":"b"}}' }).fields.size, 1)
  assert.equal(read({ name: 'username', value: 'ada' }).username, 'ada')
  assert.match(read({ name: 'skype', value: 'x' }).notices.join(), /`skype`/)
})

test('profile beats name and value, with a notice', () => {
  const patch = read({ profile: { title: 'a' }, name: 'phone', value: 'b' })
  assert.deepEqual(patch.core, { title: 'a' })
  assert.match(patch.notices.join(), /`name` and `value` are ignored/)
  assert.deepEqual(read({ profile: {}, value: 'b' }).notices, patch.notices)
})

test('nothing to change is a patch without changes', () => {
  for (const profile of [
    {},
    { fields: {} },
    { fields: [] },
    { fields: null },
    { title: null },
    { skype: null, nonsense: null },
  ]) {
    const patch = read({ profile })
    assert.deepEqual([patch.core, patch.fields.size, patch.notices], [{}, 0, []])
  }
})

test('ignored keys are named without their values', () => {
  const patch = read({
    profile: {
      always_active: false,
      is_custom_image: false,
      image_24: 'https://secret',
      disply_name: 'secret',
      fields: { foo: 'secret' },
    },
  })
  const notices = patch.notices.join('\n')
  for (const key of ['always_active', 'is_custom_image', 'image_24', 'disply_name', 'fields.foo']) {
    assert.ok(notices.includes(`\`${key}\``), key)
  }
  assert.ok(!notices.includes('secret'))
})

test('notices are bounded, and hold no control characters', () => {
  const profile = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`${index}\n\u001b[31m${'😀'.repeat(240)}`, 1]),
  )
  const notices = read({ profile }).notices.join('')
  assert.ok(notices.isWellFormed())
  assert.ok(notices.length < 10_000)
  assert.doesNotMatch(notices, /\p{Cc}/u)
  assert.doesNotMatch(notices, /\\ud/)
})

test('keys that objects inherit are keys like any other', () => {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
    const profile = JSON.parse(`{"${key}":{"title":"x"},"fields":{"${key}":{"value":"x"}}}`)
    const patch = read({ profile })
    assert.deepEqual(patch.core, {})
    assert.equal(patch.fields.size, 0)
    assert.match(patch.notices.join(), new RegExp(`\`${key}\`.*\`fields.${key}\``))
    assert.match(read({ name: key, value: 'x' }).notices.join(), new RegExp(key))
  }
  const heir = Object.create({ value: 'x', alt: 'y' })
  assert.deepEqual([...read({ profile: { fields: { Xf0111111: heir } } }).fields], [['Xf0111111', {}]])
  const inherited = JSON.parse('{"Xf0111111":{"__proto__":{"value":"x"}}}')
  assert.deepEqual([...read({ profile: { fields: inherited } }).fields], [['Xf0111111', {}]])
})

test('every form of a custom field', () => {
  const tag = (value: string) => ({ value, alt: '' })
  const forms: readonly [unknown, unknown][] = [
    ['a', { value: 'a' }],
    [7, { value: '7' }],
    [
      { value: 'a', alt: 'b', type: 'text', label: 'L' },
      { value: 'a', alt: 'b' },
    ],
    [{ value: 'a', alt: null }, { value: 'a' }],
    [{ value: null, alt: 'b' }, { alt: 'b' }],
    [['a', { value: 'b', alt: 'c' }, null], { value: [tag('a'), { value: 'b', alt: 'c' }] }],
    [
      { value: ['a', 'b'], alt: '' },
      { value: [tag('a'), tag('b')], alt: '' },
    ],
    [
      { value: 'a,b', values: [{ value: 'a', alt: '' }] },
      { value: 'a,b', values: [tag('a')] },
    ],
    [{ value: 'a', values: null }, { value: 'a' }],
  ]
  for (const [sent, expected] of forms) {
    assert.deepEqual(read({ profile: { fields: { Xf0111111: sent } } }).fields.get('Xf0111111' as never), expected)
  }
  assert.equal(read({ profile: { fields: { Xf0111111: null } } }).fields.size, 0)
  assert.deepEqual([...read({ profile: { Xf0111111: 'a' } }).fields.keys()], ['Xf0111111'])
})

test('user ids inside fields are mentioned, as many as a field may hold', () => {
  const users = Array.from({ length: 25 }, (_, index) => `U0USER${index + 10}`)
  const fields = { Xf01: 'U0ADA00001, U0BOB00001', Xf02: ['W0EVE00001', 'nobody'], Xf03: users.join() }
  assert.deepEqual(read({ profile: { fields } }).mentionedUserIds, ['U0ADA00001', 'U0BOB00001', 'W0EVE00001', ...users])
  assert.deepEqual(read({ profile: { fields: { Xf03: [...users, 'U0ONEMORE'] } } }).mentionedUserIds, [])
  assert.deepEqual(read({ profile: { fields: { Xf03: 'U0ADA00001,'.repeat(50_000) } } }).mentionedUserIds, [])
})

function assertClean(args: PatchArgs): void {
  const patch = parsePatch(args)
  const texts = isRefusal(patch) ? patch.messages : textsOf(patch)
  for (const text of texts) {
    assert.ok(text.isWellFormed())
    assert.ok(!text.includes('\0'))
  }
}

function textsOf(patch: ProfilePatch): readonly string[] {
  const fields = [...patch.fields].flatMap(([id, { value = [], values = [], alt = '' }]) => {
    const items = [...(typeof value === 'string' ? [{ value, alt }] : value), ...values]
    return [id, alt, ...items.flatMap((item) => [item.value, item.alt])]
  })
  return [...patch.notices, ...Object.values(patch.core), ...fields]
}

const loose = fc.string({ unit: fc.constantFrom('a', ',', '\ud83d', '\udc00', '\0', '😀', ':', '@') })
const anyValue = fc.oneof(fc.anything(), loose, fc.record({ value: loose, alt: loose }), fc.array(loose))
const anyKey = fc.oneof(
  fc.constantFrom('title', 'fields', 'status_expiration', 'ooo_message', 'Xf0111111', '__proto__'),
  loose,
)

test('anything at all is read or refused, and nothing unstorable comes out', () => {
  fc.assert(fc.property(fc.anything(), (profile) => assertClean({ profile })))
  fc.assert(fc.property(fc.jsonValue(), (profile) => assertClean({ profile })))
  fc.assert(
    fc.property(fc.dictionary(anyKey, anyValue), (profile) => assertClean({ profile })),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.dictionary(anyKey, anyValue), (fields) => assertClean({ profile: { fields } })),
    { numRuns: 500 },
  )
  fc.assert(fc.property(loose, loose, (name, value) => assertClean({ name, value })))
})

test('deep nesting is refused without following it', () => {
  const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`)
  assert.equal(refused({ profile: { title: deep } }).refused, 'profile_set_failed')
  assert.equal(refused({ profile: { fields: { Xf01: deep } } }).refused, 'profile_set_failed')
  assert.equal(read({ profile: { skype: deep } }).notices.length, 1)
})
