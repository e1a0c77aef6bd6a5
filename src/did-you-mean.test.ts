import assert from 'node:assert/strict'
import { test } from 'node:test'
import { didYouMean, nearestWord } from './did-you-mean.ts'

const KNOWN = ['role', 'real_name', 'tz', 'title']

const NEAR: readonly (readonly [word: string, near: string | undefined])[] = [
  ['roel', 'role'],
  ['realname', 'real_name'],
  ['Role', 'role'],
  ['titel', 'title'],
  ['tzz', 'tz'],
  ['rxxe', 'role'],
  ['xyz', undefined],
  ['something_else', undefined],
]

for (const [word, near] of NEAR) test(`${word}: ${near}`, () => assert.equal(nearestWord(word, KNOWN), near))

test('a hint is told only where there is one', () => {
  assert.equal(didYouMean('roel', KNOWN), '; did you mean "role"?')
  assert.equal(didYouMean('nothing', KNOWN), '')
})
