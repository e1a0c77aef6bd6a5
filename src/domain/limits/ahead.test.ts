import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { aheadIn } from './ahead.ts'
import type { BucketCount } from './count.ts'
import { addTo, type Counters, freeAt, MINUTE_MS } from './counters.ts'

const LAPSE_MS = 2000
const bucket = (perMinute: number): BucketCount => ({ kind: 'bucket', teamId: 'T0COFFEE1', key: 'a', perMinute })

/** Several who take calls ahead from one bucket and make them when they like, in time. */
class Takers {
  readonly #count: BucketCount
  readonly #counters: Counters = { buckets: new Map(), calls: new Map(), distinct: new Map() }
  readonly #held = new Map<number, { left: number; lapse: number }>()
  readonly passed: number[] = []

  constructor(perMinute: number) {
    this.#count = bucket(perMinute)
  }

  make(taker: number, wanted: number, now: number): void {
    const held = this.#held.get(taker)
    if (held !== undefined && held.left > 0 && now < held.lapse) held.left -= 1
    else if (!this.#take(taker, wanted, now)) return
    this.passed.push(now)
  }

  #take(taker: number, wanted: number, now: number): boolean {
    if (freeAt(this.#counters, [this.#count], now) > now) return false
    addTo(this.#counters, [this.#count], now)
    const { buckets } = this.#counters
    const fullAt = buckets.get(this.#count.key, now) ?? now
    const lapse = now + LAPSE_MS
    const left = Math.min(wanted, aheadIn(fullAt, this.#count, now, lapse))
    buckets.set(this.#count.key, fullAt + left * (MINUTE_MS / this.#count.perMinute))
    this.#held.set(taker, { left, lapse })
    return true
  }
}

test('whoever takes calls ahead, in no time more are made than one bucket lets pass', () => {
  const aStep = fc.record({
    passed: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 400 }) },
      { weight: 1, arbitrary: fc.integer({ min: 1500, max: LAPSE_MS }) },
    ),
    taker: fc.integer({ min: 0, max: 3 }),
    calls: fc.integer({ min: 1, max: 40 }),
  })
  fc.assert(
    fc.property(fc.constantFrom(20, 50, 100), fc.array(aStep, { minLength: 10, maxLength: 60 }), (perMinute, steps) => {
      const takers = new Takers(perMinute)
      let now = 1_000_000
      for (const { passed, taker, calls } of steps) {
        now += passed
        for (let call = 0; call < calls; call += 1) takers.make(taker, 9, now)
      }
      assert.equal(firstTooMany(takers.passed, perMinute), undefined)
    }),
    { numRuns: 1000 },
  )
})

test('a bucket that is full, or soon again, gives nothing ahead; another one all that it has', () => {
  const now = 1_000_000
  assert.equal(aheadIn(now, bucket(100), now, now + LAPSE_MS), 0)
  assert.equal(aheadIn(now + 1999, bucket(100), now, now + LAPSE_MS), 0)
  assert.equal(aheadIn(now + 2400, bucket(100), now, now + LAPSE_MS), 96)
  assert.equal(aheadIn(now + 59_400, bucket(100), now, now + LAPSE_MS), 1)
  assert.equal(aheadIn(now + 59_401, bucket(100), now, now + LAPSE_MS), 0)
  assert.equal(aheadIn(now + 60_000, bucket(100), now, now + LAPSE_MS), 0)
})

/** Two times of passed calls with more between them than a bucket, full at the first, has until the second. */
function firstTooMany(passed: readonly number[], perMinute: number): readonly [number, number] | undefined {
  for (const [first, from] of passed.entries()) {
    // Of calls at one time, the first begins the most.
    if (first > 0 && passed[first - 1] === from) continue
    for (let last = first; last < passed.length; last += 1) {
      const to = passed[last] ?? from
      if (last - first + 1 > perMinute + ((to - from) * perMinute) / MINUTE_MS + 1e-6) return [from, to]
    }
  }
  return undefined
}
