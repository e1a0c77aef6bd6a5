import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '../errors.ts'
import { EMPTY_STATUS, type Status } from '../user.ts'
import { changeStatus, isIdleExpiration, type StatusPatch } from './status.ts'

const EMOJI = new Map([['pp', 'https://emoji.example/pp.gif']])
const BUSY: Status = { text: 'busy', emoji: ':train:', expiration: 99 }

const SET: readonly [string, Status, StatusPatch, Status][] = [
  ['both', BUSY, { text: 'a', emoji: ':coffee:', expiration: 5 }, { text: 'a', emoji: ':coffee:', expiration: 5 }],
  ['no expiration is never', BUSY, { text: 'busy', emoji: ':train:' }, { ...BUSY, expiration: 0 }],
  ['both empty clears the expiration too', BUSY, { text: '', emoji: '', expiration: 7 }, EMPTY_STATUS],
  [
    'text with an empty emoji',
    EMPTY_STATUS,
    { text: 'a', emoji: '' },
    { text: 'a', emoji: ':speech_balloon:', expiration: 0 },
  ],
  ['emoji with an empty text', BUSY, { text: '', emoji: ':pp:' }, { text: '', emoji: ':pp:', expiration: 0 }],
  ['text alone resets the emoji', BUSY, { text: 'a' }, { text: 'a', emoji: ':speech_balloon:', expiration: 0 }],
  ['emoji alone resets the text', BUSY, { emoji: ':pp:' }, { text: '', emoji: ':pp:', expiration: 0 }],
  ['expiration alone', BUSY, { expiration: 5 }, { ...BUSY, expiration: 5 }],
  [
    '100 characters',
    BUSY,
    { text: '😀'.repeat(100), emoji: ':pp:' },
    { text: '😀'.repeat(100), emoji: ':pp:', expiration: 0 },
  ],
  [
    'skin tones',
    BUSY,
    { text: '', emoji: ':wave::skin-tone-3:' },
    { text: '', emoji: ':wave::skin-tone-3:', expiration: 0 },
  ],
]

for (const [what, present, patch, expected] of SET) {
  test(`status: ${what}`, () => assert.deepEqual(changeStatus(present, patch, EMOJI), expected))
}

const UNCHANGED: readonly [Status, StatusPatch][] = [
  [BUSY, {}],
  [BUSY, { ...BUSY }],
  [BUSY, { expiration: 99 }],
  [EMPTY_STATUS, { text: '', emoji: '' }],
  [EMPTY_STATUS, { text: '', emoji: '', expiration: 4 }],
  [EMPTY_STATUS, { expiration: 4 }],
  [{ text: 'a', emoji: ':speech_balloon:', expiration: 0 }, { text: 'a' }],
  [
    { text: 'a', emoji: ':removed:', expiration: 0 },
    { text: 'a', emoji: ':removed:' },
  ],
]

for (const [present, patch] of UNCHANGED) {
  test(`status: ${JSON.stringify(patch)} leaves ${JSON.stringify(present)}`, () => {
    assert.equal(changeStatus(present, patch, EMOJI), present)
  })
}

const REFUSED: readonly [StatusPatch, string][] = [
  [{ text: 'x'.repeat(101), emoji: '' }, 'too_long'],
  [{ text: '' }, 'must_clear_both_status_text_and_status_emoji'],
  [{ emoji: '' }, 'must_clear_both_status_text_and_status_emoji'],
  [{ text: '', expiration: 1 }, 'must_clear_both_status_text_and_status_emoji'],
  [{ text: 'a', emoji: '🚆' }, 'profile_status_set_failed_not_emoji_syntax'],
  [{ text: 'a', emoji: 'train' }, 'profile_status_set_failed_not_emoji_syntax'],
  [{ emoji: ':a:b:' }, 'profile_status_set_failed_not_emoji_syntax'],
  [{ emoji: '::' }, 'profile_status_set_failed_not_valid_emoji'],
  [{ emoji: ':no_such:' }, 'profile_status_set_failed_not_valid_emoji'],
  [{ emoji: ':train::skin-tone-2:' }, 'profile_status_set_failed_not_valid_emoji'],
  [{ emoji: ':__proto__:' }, 'profile_status_set_failed_not_valid_emoji'],
]

for (const [patch, code] of REFUSED) {
  for (const present of [EMPTY_STATUS, BUSY]) {
    test(`status: ${JSON.stringify(patch).slice(0, 40)} is ${code}${present === BUSY ? ' beside a status' : ''}`, () => {
      const refusal = changeStatus(present, patch, EMOJI)
      if (!isRefusal(refusal)) assert.fail('accepted')
      assert.equal(refusal.refused, code)
      if (code === 'too_long') assert.deepEqual(refusal.detail, { limit: 100, field: 'status_text' })
    })
  }
}

test('an expiration without a status is idle, unless it says never', () => {
  assert.equal(isIdleExpiration(EMPTY_STATUS, { expiration: 5 }), true)
  assert.equal(isIdleExpiration(EMPTY_STATUS, { expiration: 0 }), false)
  assert.equal(isIdleExpiration(EMPTY_STATUS, { text: 'a', expiration: 5 }), false)
  assert.equal(isIdleExpiration(BUSY, { expiration: 5 }), false)
})

const text = fc.option(fc.constantFrom('', 'a', 'b'), { nil: undefined })
const emoji = fc.option(fc.constantFrom('', ':train:', ':pp:'), { nil: undefined })
const expiration = fc.option(fc.nat(3), { nil: undefined })

test('a status is empty as a whole or has an emoji, and setting it again changes nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ text, emoji, expiration }), { maxLength: 6 }), (patches) => {
      let status: Status = EMPTY_STATUS
      for (const patch of patches) {
        const changed = changeStatus(status, patch, EMOJI)
        if (isRefusal(changed)) continue
        assert.ok(changed.emoji !== '' || (changed.text === '' && changed.expiration === 0))
        assert.equal(changeStatus(changed, patch, EMOJI), changed)
        status = changed
      }
    }),
  )
})
