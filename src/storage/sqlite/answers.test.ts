import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { UserId } from '../../domain/ids.ts'
import { keyFor, user } from '../conformance/people.ts'
import type { Outcome } from '../deciding.ts'
import { Answers } from './answers.ts'

const ADA = 'U0ADA00001' as UserId

/** Outcomes that write down who was answered, and how. */
function outcomes(count: number, answered: string[]): readonly Outcome[] {
  return Array.from({ length: count }, (_, index) => {
    const call = {
      key: keyFor(ADA),
      decide: () => assert.fail('It was decided already.'),
      resolve: () => void answered.push(`done ${index}`),
      reject: () => void answered.push(`failed ${index}`),
    }
    if (index === 3) return { call, thrown: new Error('at fault') }
    return { call, decision: { user: user(ADA), events: [] }, write: null }
  })
}

const expected = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index === 3 ? 'failed' : 'done'} ${index}`)

test('answers are given in their order, a few at a time, and others may come between', async () => {
  const answers = new Answers()
  const first: string[] = []
  const second: string[] = []
  answers.give(outcomes(40, first), 0)
  assert.equal(first.length, 16)
  assert.equal(answers.areWaiting, true)
  answers.give(outcomes(5, second), 0)
  assert.deepEqual(second, expected(5))
  await turn()
  assert.equal(first.length, 32)
  await answers.end()
  assert.deepEqual(first, expected(40))
  assert.equal(answers.areWaiting, false)
})

test('after a slow commit more of them are given at once, so that the next batch is larger', async () => {
  const answers = new Answers()
  const answered: string[] = []
  answers.give(outcomes(40, answered), 3)
  assert.equal(answered.length, 30)
  await answers.end()
  assert.deepEqual(answered, expected(40))
})

test('the end waits for all answers, however many batches they are of', async () => {
  const answers = new Answers()
  const answered: string[] = []
  for (let batch = 0; batch < 3; batch += 1) answers.give(outcomes(20 * (batch + 1), answered), 0)
  await answers.end()
  assert.equal(answered.length, 120)
})
