import type { Count } from '../../../domain/limits/count.ts'
import { BoundedCache } from '../../bounded-cache.ts'

/** Refused calls that are remembered. */
export const REFUSALS_MAX = 20_000

/** Remembers until when calls were refused, so that one who does not wait costs the database nothing. */
export class Refusals {
  readonly #known = new BoundedCache<Refused>(REFUSALS_MAX)

  /** The whole seconds that the call has to wait, where that is certain. Times are of this process. */
  find(counts: readonly Count[], now: number): number | undefined {
    if (this.#known.size === 0) return undefined
    const refused = this.#known.get(nameOf(counts))
    if (refused === undefined || now >= refused.settledUntil) return undefined
    return secondsOf(refused.freeAt - now)
  }

  add(counts: readonly Count[], refused: Refused): void {
    this.#known.set(nameOf(counts), refused)
  }

  clear(): void {
    this.#known.clear()
  }

  get size(): number {
    return this.#known.size
  }
}

export interface Refused {
  /** The latest time at which it may pass. */
  readonly freeAt: number
  /** The earliest time from which something else may be true. */
  readonly settledUntil: number
}

export function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000))
}

/** Calls of one name are judged alike. */
function nameOf(counts: readonly Count[]): string {
  return counts
    .map((count) => `${count.kind} ${count.key}${count.kind === 'distinct' ? ` ${count.member}` : ''}`)
    .join('\n')
}
