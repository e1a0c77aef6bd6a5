import type { User } from '../domain/user.ts'
import type { Write } from './deciding.ts'
import type { Commit } from './store.ts'

/** Who wants to hear of commits. */
export class Commits {
  readonly #listeners = new Map<symbol, (commit: Commit) => void>()

  listen(listener: (commit: Commit) => void): () => void {
    const key = Symbol()
    this.#listeners.set(key, listener)
    return () => {
      this.#listeners.delete(key)
    }
  }

  /** What is committed stays so, whatever becomes of a listener. */
  tell(lastSeq: number, findEarliest: () => number): void {
    if (this.#listeners.size === 0) return
    const commit = { lastSeq, earliestExpiration: findEarliest() }
    for (const listener of this.#listeners.values()) {
      try {
        listener(commit)
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }
}

/** Unix seconds; 0 where none of the statuses expires. */
export function earliestExpirationOf(users: readonly User[]): number {
  return users.reduce((earliest, user) => earlier(earliest, user.profile.status.expiration), 0)
}

export function earliestWritten(writes: readonly Write[]): number {
  let earliest = 0
  for (const { before, after } of writes) {
    if (after !== before) earliest = earlier(earliest, after.profile.status.expiration)
  }
  return earliest
}

export function earlier(one: number, other: number): number {
  if (one === 0 || other === 0) return one + other
  return Math.min(one, other)
}
