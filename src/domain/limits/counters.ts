import type { Count } from './count.ts'

export const MINUTE_MS = 60_000

/** What is known of the calls that passed, by the keys of their counts. */
export interface Counters {
  /** The time at which the bucket is full again. */
  readonly buckets: Kept<number>
  /** The times of the latest calls, the oldest first. */
  readonly calls: Kept<number[]>
  /** Each member with the time of its latest call, the longest unused first. */
  readonly distinct: Kept<Use[]>
}

export interface Kept<Value> {
  get(key: string, now: number): Value | undefined
  /** Right after a `get` at the same time. */
  set(key: string, value: Value): void
}

export interface Use {
  readonly member: string
  readonly at: number
}

/** When a call passes all of its counts: `now` where it does already. */
export function freeAt(counters: Counters, counts: readonly Count[], now: number): number {
  let free = now
  for (const count of counts) free = Math.max(free, countFreeAt(counters, count, now))
  return free
}

/** Takes one from every count, used up or not. */
export function addTo(counters: Counters, counts: readonly Count[], now: number): void {
  for (const count of counts) addOne(counters, count, now)
}

/** When the count lets one more call pass: `now` or earlier where it does. */
export function countFreeAt(counters: Counters, count: Count, now: number): number {
  switch (count.kind) {
    case 'bucket': {
      const fullAt = counters.buckets.get(count.key, now)
      return fullAt === undefined ? now : fullAt + MINUTE_MS / count.perMinute - MINUTE_MS
    }
    case 'calls':
      return leaves(counters.calls.get(count.key, now)?.at(-count.max))
    case 'distinct': {
      const uses = counters.distinct.get(count.key, now)
      if (uses === undefined || uses.some(({ member }) => member === count.member)) return now
      return leaves(uses.at(-count.max)?.at)
    }
    default:
      return count satisfies never
  }
}

function addOne(counters: Counters, count: Count, now: number): void {
  switch (count.kind) {
    case 'bucket': {
      const fullAt = Math.max(counters.buckets.get(count.key, now) ?? 0, now) + MINUTE_MS / count.perMinute
      counters.buckets.set(count.key, Math.min(fullAt, now + MINUTE_MS))
      return
    }
    case 'calls': {
      const times = counters.calls.get(count.key, now)
      counters.calls.set(count.key, times === undefined ? [now] : withNewest(times, now, count.max))
      return
    }
    case 'distinct': {
      const uses = counters.distinct.get(count.key, now)?.filter(({ member }) => member !== count.member) ?? []
      counters.distinct.set(count.key, withNewest(uses, { member: count.member, at: now }, count.max))
      return
    }
    default:
      count satisfies never
  }
}

/** A call of that time leaves the window a minute later. */
export function leaves(at: number | undefined): number {
  return at === undefined ? 0 : at + MINUTE_MS
}

/** Only the `max` newest are kept: the others have no say. */
function withNewest<Item>(items: Item[], newest: Item, max: number): Item[] {
  if (items.length >= max) items.shift()
  items.push(newest)
  return items
}
