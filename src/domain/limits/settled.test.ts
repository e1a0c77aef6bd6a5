import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Count } from './count.ts'
import { addTo, type Counters, freeAt, type Use } from './counters.ts'
import { settledUntil } from './settled.ts'

const teamId = 'T0COFFEE1'

/** One bucket and the windows of its calls, so few and small that they are used up all the time. */
const aCall: fc.Arbitrary<readonly Count[]> = fc
  .record({
    windows: fc.subarray(['x', 'y']),
    member: fc.constantFrom(undefined, 'u', 'v', 'w'),
  })
  .map(({ windows, member }) => [
    { kind: 'bucket', teamId, key: 'a', perMinute: 6 },
    ...windows.map((key) => ({ kind: 'calls', teamId, key, holder: key, max: 2 }) as const),
    ...(member === undefined ? [] : [{ kind: 'distinct', teamId, key: 'a', member, max: 2 } as const]),
  ])

const aStep = fc.record({ passed: fc.integer({ min: 0, max: 9000 }), counts: aCall })

interface Told {
  readonly free: number
  readonly until: number
}

test('what is settled stays so, whatever passes meanwhile', () => {
  let kept = 0
  fc.assert(
    fc.property(fc.array(aStep, { minLength: 20, maxLength: 80 }), (steps) => {
      const counters: Counters = {
        buckets: new Map<string, number>(),
        calls: new Map(),
        distinct: new Map<string, Use[]>(),
      }
      const told = new Map<string, Told>()
      let now = 1_000_000
      for (const { passed, counts } of steps) {
        now += passed
        const name = JSON.stringify(counts)
        const free = freeAt(counters, counts, now)
        const before = told.get(name)
        if (before !== undefined && now < before.until) {
          assert.equal(free, before.free)
          kept += 1
        }
        if (free > now) told.set(name, { free, until: settledUntil(counters, counts, now, free) })
        else addTo(counters, counts, now)
      }
    }),
    { numRuns: 2000 },
  )
  assert.ok(kept > 1000, `only ${kept} were asked again in time`)
})

const bucket: Count = { kind: 'bucket', teamId, key: 'a', perMinute: 6 }
const window: Count = { kind: 'calls', teamId, key: 'x', holder: 'x', max: 2 }
const member: Count = { kind: 'distinct', teamId, key: 'a', member: 'u', max: 2 }

/** Until when, counted from the second of two calls at once, the third is settled. */
function settledFor(counts: readonly Count[]): number {
  const counters: Counters = { buckets: new Map(), calls: new Map(), distinct: new Map() }
  for (let call = 0; call < 2; call += 1) addTo(counters, counts, 0)
  const free = freeAt(counters, counts, 0)
  return settledUntil(counters, counts, 0, free)
}

test('a full window is settled to its end, and beside a bucket until that may be empty', () => {
  assert.equal(settledFor([window]), 60_000)
  assert.equal(settledFor([window, member]), 60_000)
  assert.equal(settledFor([bucket, window]), 50_000)
  assert.equal(settledFor([bucket, window, member]), 50_000)
})
