import type { Count } from './count.ts'
import { type Counters, countFreeAt, leaves, MINUTE_MS } from './counters.ts'

/** Until when a call that is refused until `free` would be told the same time, whatever passes meanwhile and wherever;
 * `now` where that cannot be said. Calls that are counted without being judged are left out of account. */
export function settledUntil(counters: Counters, counts: readonly Count[], now: number, free: number): number {
  let until = free
  for (const count of counts) {
    const own = countFreeAt(counters, count, now)
    // While the bucket is empty, nothing is added to the windows of its calls either.
    if (count.kind === 'bucket' && own > now) return own
    until = Math.min(until, countSettledUntil(counters, count, now, free))
  }
  return Math.max(until, now)
}

/** Of a count that is no empty bucket. */
function countSettledUntil(counters: Counters, count: Count, now: number, free: number): number {
  switch (count.kind) {
    case 'bucket':
      // Others may empty it, but even then its next call is due this soon.
      return free - MINUTE_MS / count.perMinute
    case 'calls':
      // Nobody adds to a window that is full; to another one, anybody may.
      return countFreeAt(counters, count, now)
    case 'distinct': {
      // Whoever is among them stays that long. Where they are too many, one of them may stay longer than it seems now.
      const use = counters.distinct.get(count.key, now)?.find(({ member }) => member === count.member)
      return use === undefined ? now : leaves(use.at)
    }
    default:
      return count satisfies never
  }
}
