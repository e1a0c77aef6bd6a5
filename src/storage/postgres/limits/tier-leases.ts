import type { BucketCount } from '../../../domain/limits/count.ts'
import { BoundedCache } from '../../bounded-cache.ts'

/** Buckets from which calls were taken ahead. */
export const LEASED_BUCKETS_MAX = 20_000
/** A tenth of a minute's worth is taken at once, at most. */
const PARTS = 10

/** Calls that were taken ahead from the buckets of tiers, to be made here without asking. Who comes often gets more at a
 * time; what is not used in time lapses. */
export class TierLeases {
  readonly #leases = new BoundedCache<Lease>(LEASED_BUCKETS_MAX)

  /** Whether the call may be made. Times are of this process. */
  use({ key }: BucketCount, now: number): boolean {
    const lease = this.#leases.get(key)
    if (lease === undefined || lease.left === 0 || now >= lease.lapsesAt) return false
    lease.left -= 1
    return true
  }

  /** How many to take ahead with the next call: twice as many where the last ones were not enough, else none. */
  wanted({ key, perMinute }: BucketCount, now: number): number {
    const lease = this.#leases.get(key)
    if (lease === undefined || now >= lease.lapsesAt) return 0
    return Math.min(lease.calls * 2, Math.ceil(perMinute / PARTS)) - 1
  }

  /** `wanted` are those that were asked for, `taken` those that were given. */
  add({ key }: BucketCount, { wanted, taken, lapsesAt }: Taken): void {
    const before = this.#leases.get(key)
    const left = before?.left ?? 0
    // Those of before may not be made any later than they might have been.
    const soonest = left === 0 ? lapsesAt : Math.min(lapsesAt, before?.lapsesAt ?? lapsesAt)
    this.#leases.set(key, { left: left + taken, lapsesAt: soonest, calls: wanted + 1 })
  }

  clear(): void {
    this.#leases.clear()
  }

  get size(): number {
    return this.#leases.size
  }
}

interface Lease {
  left: number
  readonly lapsesAt: number
  readonly calls: number
}

interface Taken {
  readonly wanted: number
  readonly taken: number
  readonly lapsesAt: number
}
