import type { Count, Limiter } from './limits.ts'

const MINUTE_MS = 60_000

/** Keys of one kind of count that are remembered at least; at most it is twice as many. */
export const REMEMBERED_KEYS_MIN = 500_000

/** The limits of one node, in memory. A key that was not used for a minute has no say any more, so memory follows the
 * traffic of the last two minutes. `keysMin` is lower in tests only. */
export function createMemoryLimiter(keysMin: number = REMEMBERED_KEYS_MIN): Limiter {
  /** The time at which the bucket is full again. */
  const buckets = new Generations<number>(keysMin)
  /** The times of the latest calls, the oldest first. */
  const calls = new Generations<number[]>(keysMin)
  /** Each member with the time of its latest call, the longest unused first. */
  const distinct = new Generations<Use[]>(keysMin)
  let latest = 0

  return {
    take(counts, time) {
      const now = forward(time)
      let free = now
      for (const count of counts) free = Math.max(free, freeAt(count, now))
      if (free > now) return Math.ceil((free - now) / 1000)
      for (const count of counts) add(count, now)
      return 0
    },

    takeAnyway(counts, time) {
      const now = forward(time)
      for (const count of counts) add(count, now)
    },

    clear,
  }

  /** Calls may come a little out of order, since each has the time of its beginning; what is recorded never goes back.
   * A clock that was set back by more would shut everybody out until it has caught up: then all is forgotten. */
  function forward(time: number): number {
    if (time < latest - MINUTE_MS) clear()
    latest = Math.max(latest, time)
    return latest
  }

  function clear(): void {
    for (const kept of [buckets, calls, distinct]) kept.clear()
    latest = 0
  }

  /** When the count lets one more call pass: `now` or earlier where it does. */
  function freeAt(count: Count, now: number): number {
    switch (count.kind) {
      case 'bucket': {
        const fullAt = buckets.get(count.key, now)
        return fullAt === undefined ? now : fullAt + MINUTE_MS / count.perMinute - MINUTE_MS
      }
      case 'calls': {
        const times = calls.get(count.key, now)
        return leaves(times?.at(-count.max))
      }
      case 'distinct': {
        const uses = distinct.get(count.key, now)
        if (uses === undefined || uses.some(({ member }) => member === count.member)) return now
        return leaves(uses.at(-count.max)?.at)
      }
      default:
        return count satisfies never
    }
  }

  function add(count: Count, now: number): void {
    switch (count.kind) {
      case 'bucket': {
        const fullAt = Math.max(buckets.get(count.key, now) ?? 0, now) + MINUTE_MS / count.perMinute
        buckets.set(count.key, Math.min(fullAt, now + MINUTE_MS))
        return
      }
      case 'calls': {
        const times = calls.get(count.key, now)
        calls.set(count.key, times === undefined ? [now] : withNewest(times, now, count.max))
        return
      }
      case 'distinct': {
        const uses = distinct.get(count.key, now)?.filter(({ member }) => member !== count.member) ?? []
        distinct.set(count.key, withNewest(uses, { member: count.member, at: now }, count.max))
        return
      }
      default:
        count satisfies never
    }
  }
}

interface Use {
  readonly member: string
  readonly at: number
}

/** A call of that time leaves the window a minute later. Only the `max` newest are kept: the others have no say. */
function leaves(at: number | undefined): number {
  return at === undefined ? 0 : at + MINUTE_MS
}

function withNewest<Item>(items: Item[], newest: Item, max: number): Item[] {
  if (items.length >= max) items.shift()
  items.push(newest)
  return items
}

/** A map that forgets what was not set for one to two minutes, and the older half when there is too much of it. */
class Generations<Value> {
  readonly #keysMin: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()
  #turnedAt = 0

  constructor(keysMin: number) {
    this.#keysMin = keysMin
  }

  get(key: string, now: number): Value | undefined {
    if (now - this.#turnedAt >= MINUTE_MS) this.#turn(now)
    return this.#young.get(key) ?? this.#old.get(key)
  }

  /** Right after a `get` at the same time. */
  set(key: string, value: Value): void {
    if (this.#young.size >= this.#keysMin && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  clear(): void {
    this.#young = new Map()
    this.#old = new Map()
    this.#turnedAt = 0
  }

  #turn(now: number): void {
    this.#old = now - this.#turnedAt >= 2 * MINUTE_MS ? new Map() : this.#young
    this.#young = new Map()
    this.#turnedAt = now
  }
}
