import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CallCounts } from './call-counts.ts'

describe('calls', () => {
  test('are counted by method and outcome', () => {
    const calls = new CallCounts(['api.test', 'users.info'])
    calls.add('users.info', undefined, 2)
    calls.add('users.info', undefined, 3)
    calls.add('users.info', 'user_not_found', 1)
    assert.deepEqual(outcomesOf(calls), {
      'api.test': { ok: 0 },
      'users.info': { ok: 2, user_not_found: 1 },
      other: { ok: 0 },
    })
  })

  test('have their time counted in seconds', () => {
    const calls = new CallCounts(['users.info'])
    calls.add('users.info', undefined, 250)
    calls.add('users.info', 'invalid_auth', 1250)
    const [{ seconds } = assert.fail()] = calls.read()
    assert.equal(seconds.sum, 1.5)
    assert.equal(seconds.counts.at(-1), 2)
  })

  test('whose method or code is of their own choice are counted together', () => {
    const calls = new CallCounts(['api.test'])
    for (let number = 0; number < 1000; number++) {
      calls.add('api.test', `error ${number}`, 1)
      calls.add(`method.${number}`, 'unknown_method', 1)
    }
    calls.add(undefined, 'unknown_method', 1)
    // Names that every object has are no codes.
    calls.add('api.test', 'constructor', 1)
    assert.deepEqual(outcomesOf(calls), {
      'api.test': { ok: 0, other: 1001 },
      other: { ok: 0, unknown_method: 1001 },
    })
  })

  test('that never became one are counted without a time', () => {
    const calls = new CallCounts([])
    calls.addTurnedAway('request_timeout')
    const [{ outcomes, seconds } = assert.fail()] = calls.read()
    assert.deepEqual(Object.fromEntries(outcomes), { ok: 0, request_timeout: 1 })
    assert.equal(seconds.counts.at(-1), 0)
  })
})

function outcomesOf(calls: CallCounts): object {
  return Object.fromEntries(calls.read().map(({ method, outcomes }) => [method, Object.fromEntries(outcomes)]))
}
