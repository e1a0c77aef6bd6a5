import { aheadIn } from '../../../domain/limits/ahead.ts'
import type { BucketCount, Count } from '../../../domain/limits/count.ts'
import { addTo, type Counters, freeAt, MINUTE_MS } from '../../../domain/limits/counters.ts'
import { settledUntil } from '../../../domain/limits/settled.ts'
import type { LoadedCounters } from './counters.ts'

export interface LimitCall {
  readonly counts: readonly Count[]
  /** Unix milliseconds, by the caller's clock. */
  readonly time: number
  /** Counted in any case where it is not. */
  readonly isJudged: boolean
  /** How many more calls are to be taken ahead, if the bucket has them. */
  readonly ahead: number
}

export interface Verdict {
  /** Milliseconds until the same call would pass; 0 where it has. */
  readonly waitMs: number
  /** For how many of them that is certain, whatever passes meanwhile. */
  readonly settledMs: number
  /** Taken ahead. */
  readonly ahead: number
}

/** How long calls that were taken ahead may be made. */
export const AHEAD_MS = 2000

/** Judges the calls in their order, each by what those before it left. */
export function decideLimits(
  calls: readonly LimitCall[],
  counters: LoadedCounters,
  timeOf: (call: LimitCall) => number,
): readonly Verdict[] {
  const judged = calls.map((call) => {
    // What is recorded never goes back.
    const now = Math.max(timeOf(call), counters.newestOf(call.counts))
    return { call, now, verdict: judge(call, counters, now) }
  })
  // Nobody takes ahead what somebody waits for, and of one bucket, one does for all.
  const given = new Set<string>()
  return judged.map(({ call, now, verdict }) => {
    const bucket = loneBucket(call.counts)
    if (verdict.waitMs > 0 || call.ahead === 0 || bucket === undefined || given.has(bucket.key)) return verdict
    given.add(bucket.key)
    return { ...verdict, ahead: takeAhead(bucket, call.ahead, counters, now) }
  })
}

function judge({ counts, isJudged }: LimitCall, counters: Counters, now: number): Verdict {
  const free = isJudged ? freeAt(counters, counts, now) : now
  if (free > now) {
    return { waitMs: free - now, settledMs: settledUntil(counters, counts, now, free) - now, ahead: 0 }
  }
  addTo(counters, counts, now)
  return { waitMs: 0, settledMs: 0, ahead: 0 }
}

function takeAhead(bucket: BucketCount, wanted: number, { buckets }: Counters, now: number): number {
  const fullAt = buckets.get(bucket.key, now) ?? now
  const taken = Math.min(wanted, aheadIn(fullAt, bucket, now, now + AHEAD_MS))
  if (taken > 0) buckets.set(bucket.key, fullAt + taken * (MINUTE_MS / bucket.perMinute))
  return taken
}

/** The bucket of a call that is counted in nothing else. */
export function loneBucket(counts: readonly Count[]): BucketCount | undefined {
  const [first] = counts
  return counts.length === 1 && first?.kind === 'bucket' ? first : undefined
}
