import type { BucketCount } from './count.ts'
import { MINUTE_MS } from './counters.ts'

/** How many calls a bucket has for somebody who takes them ahead and makes them by `lapse` or never. They count as if all
 * were made then: so, in any time, no more is made than the bucket would let pass. A bucket that would be full again by
 * then gives none, since it would lose what it cannot hold. */
export function aheadIn(fullAt: number, { perMinute }: BucketCount, now: number, lapse: number): number {
  if (fullAt < lapse) return 0
  return Math.max(0, Math.floor((now + MINUTE_MS - fullAt) / (MINUTE_MS / perMinute)))
}
