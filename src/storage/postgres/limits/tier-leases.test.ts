import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BucketCount } from '../../../domain/limits/count.ts'
import { TierLeases } from './tier-leases.ts'

const tier = (perMinute: number): BucketCount => ({ kind: 'bucket', teamId: 'T0COFFEE1', key: 'tier', perMinute })

test('whoever comes again in time gets twice as many, up to a tenth of a minute’s worth', () => {
  for (const [perMinute, expected] of [
    [100, [0, 1, 3, 7, 9, 9]],
    [50, [0, 1, 3, 4, 4]],
    [20, [0, 1, 1]],
    [1, [0, 0]],
  ] as const) {
    const leases = new TierLeases()
    for (const wanted of expected) {
      assert.equal(leases.wanted(tier(perMinute), 0), wanted)
      leases.add(tier(perMinute), { wanted, taken: 0, lapsesAt: 2000 })
    }
    assert.equal(leases.wanted(tier(perMinute), 2000), 0)
  }
})

test('as many calls may be made as were taken, and none when they have lapsed', () => {
  const leases = new TierLeases()
  assert.equal(leases.use(tier(100), 0), false)
  leases.add(tier(100), { wanted: 3, taken: 3, lapsesAt: 2000 })
  assert.deepEqual(
    [0, 1999, 2000, 1999, 1999].map((now) => leases.use(tier(100), now)),
    [true, true, false, true, false],
  )
})

test('what is added to some that are left lapses with them', () => {
  const leases = new TierLeases()
  leases.add(tier(100), { wanted: 1, taken: 1, lapsesAt: 2000 })
  leases.add(tier(100), { wanted: 3, taken: 3, lapsesAt: 3000 })
  assert.deepEqual(
    [1000, 1000, 1000, 1999, 1999].map((now) => leases.use(tier(100), now)),
    [true, true, true, true, false],
  )
  leases.add(tier(100), { wanted: 3, taken: 1, lapsesAt: 4000 })
  assert.equal(leases.use(tier(100), 3500), true)
})
