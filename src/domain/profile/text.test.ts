import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isLongerThan, isStorable } from './text.ts'

test('lengths count code points, not UTF-16 units', () => {
  assert.equal(isLongerThan('😀'.repeat(100), 100), false)
  assert.equal(isLongerThan('😀'.repeat(101), 100), true)
  assert.equal(isLongerThan(`${'a'.repeat(99)}😀`, 100), false)
  assert.equal(isLongerThan('', 0), false)
})

test('isLongerThan agrees with spreading the text into code points', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.nat(40), (text, max) => {
      assert.equal(isLongerThan(text, max), [...text].length > max)
    }),
  )
})

test('lone surrogates and NUL cannot be stored', () => {
  for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800', 'a\0']) assert.equal(isStorable(text), false)
  for (const text of ['', 'Zoë', '😀', '\ud83d\ude00', '\u0001']) assert.equal(isStorable(text), true)
})
