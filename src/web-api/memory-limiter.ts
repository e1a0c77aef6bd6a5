import type { Count } from '../domain/limits/count.ts'
import { addTo, type Counters, freeAt, type Kept, MINUTE_MS, type Use } from '../domain/limits/counters.ts'
import type { Limiter } from '../storage/limiter.ts'

/** Keys of one kind of count that are remembered at least; at most it is twice as many. */
export const REMEMBERED_KEYS_MIN = 500_000

/** Answers at once. */
export interface MemoryLimiter extends Limiter {
  take(counts: readonly Count[], now: number): number
  clear(): void
}

/** The limits of one node, in memory. A key that was not used for a minute has no say any more, so memory follows the
 * traffic of the last two minutes. `keysMin` is lower in tests only. */
export function createMemoryLimiter(keysMin: number = REMEMBERED_KEYS_MIN): MemoryLimiter {
  const buckets = new Generations<number>(keysMin)
  const calls = new Generations<number[]>(keysMin)
  const distinct = new Generations<Use[]>(keysMin)
  const counters: Counters = { buckets, calls, distinct }
  let latest = 0

  return {
    take(counts, time) {
      const now = forward(time)
      const free = freeAt(counters, counts, now)
      if (free > now) return Math.ceil((free - now) / 1000)
      addTo(counters, counts, now)
      return 0
    },

    takeAnyway(counts, time) {
      addTo(counters, counts, forward(time))
    },

    clear,

    get size() {
      return buckets.size + calls.size + distinct.size
    },
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
}

/** A map that forgets what was not set for one to two minutes, and the older half when there is too much of it. */
class Generations<Value> implements Kept<Value> {
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

  set(key: string, value: Value): void {
    if (this.#young.size >= this.#keysMin && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  /** A key that is in both is counted twice. */
  get size(): number {
    return this.#young.size + this.#old.size
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
