import type { TeamId } from '../../domain/ids.ts'
import type { Commits } from '../commits.ts'
import type { Commit } from '../store.ts'

export type Heads = Commit['teams']
export const NO_HEADS: Heads = new Map()

/** Numbers of the last entries of followed teams, as far as their followers were told of them. */
export class KnownHeads {
  readonly #commits: Commits
  readonly #known = new Map<TeamId, { readonly seq: number; readonly learntAt: number }>()

  constructor(commits: Commits) {
    this.#commits = commits
  }

  /** What this process has written, or later numbers where those of another process were heard of before. */
  learnWritten(written: Heads): Heads {
    const knownOf = (teamId: TeamId) => this.#known.get(teamId)?.seq ?? 0
    const heads = new Map([...written].map(([teamId, seq]) => [teamId, Math.max(seq, knownOf(teamId))]))
    this.#learn(heads)
    return heads
  }

  /** Tells of what was seen by a look that began at `startedAt`, by the clock of `performance.now()`. */
  hear(seen: Heads, startedAt: number): void {
    const unknown = new Map([...seen].filter(([teamId]) => !this.#known.has(teamId)))
    const moved = new Map([...seen].filter(([teamId, seq]) => this.#hasMoved(teamId, seq, startedAt)))
    this.#learn(unknown)
    this.#learn(moved)
    this.#commits.tellFollowers(unknown)
    if (moved.size > 0) this.#commits.tell(moved, () => 0)
  }

  forget(teamId: TeamId): void {
    this.#known.delete(teamId)
  }

  clear(): void {
    this.#known.clear()
  }

  /** Numbers go back where another process has restored a snapshot, and nowhere else: a look may be late. */
  #hasMoved(teamId: TeamId, seq: number, startedAt: number): boolean {
    const known = this.#known.get(teamId)
    return known !== undefined && (seq > known.seq || (seq < known.seq && startedAt > known.learntAt))
  }

  #learn(heads: Heads): void {
    const learntAt = performance.now()
    for (const [teamId, seq] of heads) if (this.#commits.follows(teamId)) this.#known.set(teamId, { seq, learntAt })
  }
}
