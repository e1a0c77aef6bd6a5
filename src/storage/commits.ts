import type { TeamId } from '../domain/ids.ts'
import type { User } from '../domain/user.ts'
import type { Write } from './deciding.ts'
import type { BatchSeen, Commit } from './store.ts'

/** Who wants to hear of commits. */
export class Commits {
  readonly #listeners = new Map<symbol, (commit: Commit) => void>()
  readonly #followers = new Map<TeamId, Map<symbol, (lastSeq: number) => void>>()
  readonly #watchers = new Map<symbol, (batch: BatchSeen) => void>()

  listen(listener: (commit: Commit) => void): () => void {
    return add(this.#listeners, listener)
  }

  watch(watcher: (batch: BatchSeen) => void): () => void {
    return add(this.#watchers, watcher)
  }

  follow(teamId: TeamId, listener: (lastSeq: number) => void): () => void {
    const key = Symbol()
    const followers = this.#followers.get(teamId) ?? new Map()
    this.#followers.set(teamId, followers.set(key, listener))
    return () => {
      followers.delete(key)
      if (followers.size === 0 && this.#followers.get(teamId) === followers) this.#followers.delete(teamId)
    }
  }

  follows(teamId: TeamId): boolean {
    return this.#followers.has(teamId)
  }

  /** The teams that somebody follows. */
  followed(): readonly TeamId[] {
    return [...this.#followers.keys()]
  }

  tellOfBatch(batch: BatchSeen): void {
    for (const watcher of this.#watchers.values()) quietly(() => watcher(batch))
  }

  tellFollowers(teams: Commit['teams']): void {
    for (const [teamId, lastSeq] of teams) {
      for (const listener of this.#followers.get(teamId)?.values() ?? []) quietly(() => listener(lastSeq))
    }
  }

  /** What is committed stays so, whatever becomes of a listener. */
  tell(teams: Commit['teams'], findEarliest: () => number): void {
    this.tellFollowers(teams)
    if (this.#listeners.size === 0) return
    const commit = { teams, earliestExpiration: findEarliest() }
    for (const listener of this.#listeners.values()) quietly(() => listener(commit))
  }
}

/** The same function may be added twice. */
function add<Listener>(listeners: Map<symbol, Listener>, listener: Listener): () => void {
  const key = Symbol()
  listeners.set(key, listener)
  return () => {
    listeners.delete(key)
  }
}

function quietly(call: () => void): void {
  try {
    call()
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : new Error(String(error)))
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
