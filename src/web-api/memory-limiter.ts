import type { Limiter, Window } from './limits.ts'

const MINUTE_MS = 60_000
/** How many keys each kind of count may hold before the oldest half is forgotten. */
const KEYS_MAX = 1_000_000

/** The limits of one node, in memory. A key that was not used for a minute has no say any more: keys live in two
 * generations that swap every minute, so memory follows the traffic of the last two. */
export function createMemoryLimiter(): Limiter {
  const tiers = new Generations<number>()
  const calls = new Generations<number[]>()
  const distinct = new Generations<Map<string, number>>()

  return {
    takeTier(key, perMinute, now) {
      const spacing = MINUTE_MS / perMinute
      const due = Math.max(tiers.get(key, now) ?? 0, now) + spacing
      // The bucket holds one minute's worth: a call may come as much as a minute before it is due.
      if (due - now > MINUTE_MS) return secondsUntil(due - MINUTE_MS, now)
      tiers.set(key, due)
      return 0
    },

    returnTier(key, perMinute) {
      const due = tiers.peek(key)
      if (due !== undefined) tiers.set(key, due - MINUTE_MS / perMinute)
    },

    takeWindow(windows, now) {
      let wait = 0
      for (const window of windows) {
        wait = Math.max(wait, window.kind === 'calls' ? waitForCalls(window, now) : waitForDistinct(window, now))
      }
      if (wait > 0) return wait
      for (const window of windows) count(window, now)
      return 0
    },
  }

  function waitForCalls(window: Window, now: number): number {
    const times = calls.get(window.key, now)
    const oldest = times !== undefined && times.length >= window.max ? times[times.length - window.max] : undefined
    return oldest === undefined || oldest + MINUTE_MS <= now ? 0 : secondsUntil(oldest + MINUTE_MS, now)
  }

  function waitForDistinct(window: Window & { kind: 'distinct' }, now: number): number {
    const members = distinct.get(window.key, now)
    if (members === undefined) return 0
    dropOld(members, now)
    if (members.has(window.member) || members.size < window.max) return 0
    const [oldest = now] = members.values()
    return secondsUntil(oldest + MINUTE_MS, now)
  }

  function count(window: Window, now: number): void {
    if (window.kind === 'calls') {
      const times = calls.get(window.key, now) ?? []
      if (times.length >= window.max) times.shift()
      times.push(now)
      calls.set(window.key, times)
      return
    }
    const members = distinct.get(window.key, now) ?? new Map<string, number>()
    // Deleting first keeps the map in the order of last use, so that the first is the next to leave.
    members.delete(window.member)
    members.set(window.member, now)
    distinct.set(window.key, members)
  }
}

function dropOld(members: Map<string, number>, now: number): void {
  for (const [member, at] of members) {
    if (at + MINUTE_MS > now) return
    members.delete(member)
  }
}

/** Whole seconds, at least one, after which `then` has come. */
function secondsUntil(then: number, now: number): number {
  return Math.max(1, Math.ceil((then - now) / 1000))
}

/** A map that forgets what was not touched for one to two minutes. */
class Generations<Value> {
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()
  #turnedAt = 0

  get(key: string, now: number): Value | undefined {
    if (now - this.#turnedAt >= MINUTE_MS) this.#turn(now)
    return this.peek(key)
  }

  peek(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  set(key: string, value: Value): void {
    this.#young.set(key, value)
    if (this.#young.size >= KEYS_MAX) this.#turn(this.#turnedAt)
  }

  #turn(now: number): void {
    this.#old = now - this.#turnedAt >= 2 * MINUTE_MS ? new Map() : this.#young
    this.#young = new Map()
    this.#turnedAt = now
  }
}
