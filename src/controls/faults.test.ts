import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aGrant, aTeam, aWorld, ids } from '../../test/support/world.ts'
import type { Suffering } from '../web-api/faults.ts'
import { isControlRefusal } from './control-refusal.ts'
import { createFaults, FAULTS_MAX } from './faults.ts'
import { DELAY_MS_MAX, type FaultAsked, readFault } from './read-fault.ts'

const METHODS = ['users.profile.set', 'users.profile.get', 'api.test']

const ada = aWorld().users.find(({ id }) => id === ids.ada)
assert.ok(ada)

const call: Suffering = {
  method: 'users.profile.set',
  token: 'xoxp-ada',
  caller: { grant: aGrant({ tokenId: 'tokenOfAda' }), team: aTeam(), user: ada },
}
const openCall: Suffering = { method: 'api.test', caller: undefined, token: undefined }

function asked(body: object): FaultAsked {
  const fault = readFault(body, METHODS)
  assert.ok(!isControlRefusal(fault), isControlRefusal(fault) ? fault.message : '')
  return fault
}

describe('a fault', () => {
  const MEETS: readonly (readonly [object, boolean])[] = [
    [{}, true],
    [{ method: 'users.profile.set' }, true],
    [{ method: 'users.profile.get' }, false],
    [{ user: ids.ada }, true],
    [{ user: ids.mel }, false],
    [{ token: 'xoxp-ada' }, true],
    [{ token: 'tokenOfAda' }, true],
    [{ token: 'xoxp-mel' }, false],
    [{ method: 'users.profile.set', user: ids.ada, token: 'xoxp-ada' }, true],
    [{ method: 'users.profile.set', user: ids.mel, token: 'xoxp-ada' }, false],
  ]
  for (const [which, meets] of MEETS) {
    test(`for ${JSON.stringify(which)} ${meets ? 'meets' : 'spares'} a call of ada's token`, () => {
      const faults = createFaults()
      faults.add(asked({ ...which, error: 'fatal_error' }))
      assert.equal(faults.take(call)?.refusal?.refused, meets ? 'fatal_error' : undefined)
      assert.equal(faults.list().length, meets ? 0 : 1)
    })
  }

  test('meets a method without token by its name, and never by user or token', () => {
    const faults = createFaults()
    for (const which of [{ user: ids.ada }, { token: 'xoxp-ada' }, { method: 'api.test' }]) {
      faults.add(asked({ ...which, error: 'fatal_error' }))
    }
    assert.equal(faults.take(openCall)?.id, 'F3')
    assert.equal(faults.take(openCall), undefined)
  })

  test('meets one call, or as many as it says', () => {
    const faults = createFaults()
    faults.add(asked({ error: 'fatal_error', times: 3 }))
    const left = [1, 2, 3, 4].map(() => [faults.take(call)?.id, faults.list()[0]?.times])
    assert.deepEqual(left, [
      ['F1', 2],
      ['F1', 1],
      ['F1', undefined],
      [undefined, undefined],
    ])
  })

  test('that was posted first acts first, alone', () => {
    const faults = createFaults()
    faults.add(asked({ delay_ms: 5 }))
    faults.add(asked({ error: 'fatal_error' }))
    assert.deepEqual([faults.take(call)?.id, faults.take(call)?.id, faults.take(call)?.id], ['F1', 'F2', undefined])
  })

  const OUTCOMES: readonly (readonly [object, string | undefined, number | undefined, number | undefined])[] = [
    [{ error: 'partial_profile_set_failed' }, 'partial_profile_set_failed', undefined, undefined],
    [{ error: 'of_my_own' }, 'of_my_own', undefined, undefined],
    [{ status: 503 }, 'service_unavailable', 503, undefined],
    [{ status: 429 }, 'ratelimited', 429, undefined],
    [{ status: 408 }, 'request_timeout', 408, undefined],
    [{ status: 500 }, 'internal_error', 500, undefined],
    [{ retry_after: 30 }, 'ratelimited', undefined, 30],
    [{ error: 'ratelimited', status: 200, retry_after: 0 }, 'ratelimited', 200, 0],
    [{ delay_ms: 20 }, undefined, undefined, undefined],
  ]
  for (const [body, code, status, seconds] of OUTCOMES) {
    test(`${JSON.stringify(body)} ends in ${code ?? 'the answer of the method'}`, () => {
      const faults = createFaults()
      faults.add(asked(body))
      const fault = faults.take(call)
      assert.equal(fault?.refusal?.refused, code)
      assert.equal(fault?.status, status)
      assert.equal(fault?.refusal?.retryAfterSeconds, seconds)
    })
  }

  test('is listed as it was asked for, with what is left of it', () => {
    const faults = createFaults()
    faults.add(asked({ method: 'users.profile.set', error: 'fatal_error', times: 2, delay_ms: 10 }))
    faults.take(call)
    assert.deepEqual(JSON.parse(JSON.stringify(faults.list())), [
      { id: 'F1', method: 'users.profile.set', error: 'fatal_error', times: 1, delay_ms: 10 },
    ])
    faults.clear()
    assert.deepEqual(faults.list(), [])
    assert.equal(faults.take(call), undefined)
  })

  test(`cannot wait among more than ${FAULTS_MAX}`, () => {
    const faults = createFaults()
    for (let index = 0; index < FAULTS_MAX; index++) assert.equal(faults.add(asked({ error: 'x' })), undefined)
    assert.equal(faults.add(asked({ error: 'x' }))?.code, 'too_many_faults')
    faults.take(call)
    assert.equal(faults.add(asked({ error: 'x' })), undefined)
  })
})

const REFUSED: readonly (readonly [unknown, string])[] = [
  ['x', 'must be an object'],
  [{}, 'say what is to happen: error, status, retry_after or delay_ms'],
  [{ times: 3, delay_ms: 0 }, 'say what is to happen: error, status, retry_after or delay_ms'],
  [{ error: '' }, 'error: must be text of 1 to 512 characters'],
  [{ error: 7 }, 'error: must be text of 1 to 512 characters'],
  [{ error: 'x'.repeat(513) }, 'error: must be text of 1 to 512 characters'],
  [{ error: 'x', times: 0 }, 'times: must be a whole number from 1 to 1000000'],
  [{ error: 'x', times: '3' }, 'times: must be a whole number from 1 to 1000000'],
  [{ error: 'x', times: 1.5 }, 'times: must be a whole number from 1 to 1000000'],
  [{ status: 199 }, 'status: must be a whole number from 200 to 599'],
  [{ status: 600 }, 'status: must be a whole number from 200 to 599'],
  [{ delay_ms: DELAY_MS_MAX + 1 }, `delay_ms: must be a whole number from 0 to ${DELAY_MS_MAX}`],
  [{ retry_after: -1 }, 'retry_after: must be a whole number from 0 to 86400'],
  [{ error: 'x', user: 'ada' }, 'user: must be an id such as U0ADA00001'],
  [{ error: 'x', token: null }, 'token: must be text of 1 to 512 characters'],
  [{ error: 'x', delay: 5 }, 'delay: unknown key'],
  [
    { error: 'x', method: 'users.profile.sett' },
    'method: must be one of "users.profile.set", "users.profile.get", "api.test"; did you mean "users.profile.set"?',
  ],
]
for (const [body, message] of REFUSED) {
  test(`${JSON.stringify(body).slice(0, 60)} is no fault: ${message}`, () => {
    const refusal = readFault(body, METHODS)
    assert.ok(isControlRefusal(refusal))
    assert.deepEqual([refusal.status, refusal.code, refusal.message], [400, 'invalid_arguments', message])
  })
}
