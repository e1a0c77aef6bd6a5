import type { Count } from '../domain/limits/count.ts'

/** Counts calls. `now` is in Unix milliseconds. Where many servers count together, answers may have to be waited for, and
 * `take` may reject with `StorageUnavailable`; the call then has not passed. */
export interface Limiter {
  /** Takes one from every count and answers 0. Where one of them is used up it takes none, and answers the whole seconds,
   * at least 1, until the same call would pass all of them (docs/decisions/0032). */
  take(counts: readonly Count[], now: number): number | Promise<number>
  /** Takes one from every count, used up or not. Nobody waits for it. */
  takeAnyway(counts: readonly Count[], now: number): void
  /** Forgets every call. */
  clear(): void | Promise<void>
  /** How many keys this process remembers. */
  readonly size: number
}
