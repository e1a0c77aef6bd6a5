import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { bucket, calls, distinct, limiterConformance, NOW } from '../storage/conformance/limiter.ts'
import { limiterProperties } from '../storage/conformance/limiter-properties.ts'
import { createMemoryLimiter } from './memory-limiter.ts'

limiterConformance('memory', async () => createMemoryLimiter())
limiterProperties('memory', async () => createMemoryLimiter(), 500)

describe('the limits in memory', () => {
  test('remember what was used last, when there are more keys than they keep', () => {
    const limiter = createMemoryLimiter(100)
    for (let key = 0; key < 1000; key++) limiter.take([calls(String(key), 1)], NOW)
    for (let key = 900; key < 1000; key++) assert.equal(limiter.take([calls(String(key), 1)], NOW), 60, String(key))
    assert.equal(limiter.take([calls('0', 1)], NOW), 0)
    assert.ok(limiter.size >= 100 && limiter.size <= 200, String(limiter.size))
  })
})

test('a million tokens in a minute take less than a gigabyte', () => {
  const before = heapUsed()
  const limiter = createMemoryLimiter()
  useTokens(limiter, 0, 200_000)
  const perToken = (heapUsed() - before) / 200_000
  assert.ok(perToken < 1000, `${perToken} bytes each`)
  assert.ok(perToken > 100, 'the measurement sees the limits')
  limiter.clear()
})

test('memory has a bound, however many tokens come', () => {
  const limiter = createMemoryLimiter(20_000)
  useTokens(limiter, 0, 40_000)
  const full = heapUsed()
  useTokens(limiter, 40_000, 200_000)
  assert.ok(heapUsed() - full < 10 * 2 ** 20)
  limiter.clear()
})

test('a million calls on the same keys stay within the limits', () => {
  const limiter = createMemoryLimiter()
  let passed = 0
  for (let call = 0; call < 1_000_000; call++) {
    const member = `U${call % 1000}`
    const counts = [bucket('tier', 100), calls(`calls ${member}`, 10), distinct('targets', member, 30)]
    if (limiter.take(counts, NOW + call) === 0) passed++
  }
  // Of the 1,000 seconds, each brings 100 / 60 calls to the bucket; ten of thirty people pass in each minute.
  assert.ok(passed > 1000 && passed <= 100 + 1_000_000 / 600, String(passed))
})

/** Each is used for its owner's own profile, as users.profile.set counts it, and belongs to no app. */
function useTokens(limiter: ReturnType<typeof createMemoryLimiter>, from: number, to: number): void {
  for (let token = from; token < to; token++) {
    const key = `users.profile.set T0COFFEE1-${token}`
    const target = `U0BENCH${String(token).padStart(7, '0')}`
    limiter.take([bucket(`${key} T0COFFEE1`, 50), calls(`${key} ${target}`, 10), distinct(key, target, 30)], NOW)
  }
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
