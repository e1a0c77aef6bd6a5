import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ATTEMPTS_MAX, nextAttemptAt } from './retry-schedule.ts'

const TRIED_AT = 1_768_471_200_000

for (const [attempts, expected] of [
  [1, TRIED_AT],
  [2, TRIED_AT + 60_000],
  [3, TRIED_AT + 300_000],
  [4, null],
  [5, null],
] as const) {
  test(`after ${attempts} attempts: ${expected === null ? 'none' : `${(expected - TRIED_AT) / 1000} s later`}`, () => {
    assert.equal(nextAttemptAt(attempts, TRIED_AT), expected)
  })
}

test('there are four attempts in all', () => assert.equal(ATTEMPTS_MAX, 4))
