import type { TeamId } from '../../domain/ids.ts'
import type { Pool } from './connection.ts'
import type { Doorbell, Rung } from './doorbell.ts'

/** What all processes together have committed. */
export interface Seen {
  /** Numbers of the last entries of the teams that were looked at; 0 where a log is empty. */
  readonly heads: ReadonlyMap<TeamId, number>
  /** Unix seconds of the next expiry; 0 where no status expires. */
  readonly nextExpiration: number
}

/** How far what is seen may be out of date. */
export interface Look {
  /** By the clock of `performance.now()`. */
  readonly startedAt: number
  /** Whether it holds all that this process has written, and nothing more of it. */
  readonly isSure: boolean
}

export interface WatchParts {
  readonly db: Pool
  /** Rings when another process may have committed. */
  readonly doorbell: Doorbell | null
  readonly ownWrites: OwnWrites
  /** The teams whose logs matter here. */
  followed(): readonly TeamId[]
  follows(teamId: TeamId): boolean
  /** Told of what is seen, each time. */
  onSeen(seen: Seen, look: Look): void
}

/** What this process writes, and tells of by itself. */
export interface OwnWrites {
  /** Grows whenever a transaction begins or ends. */
  readonly count: number
  /** Resolves when the present transaction has ended. */
  readonly running: Promise<unknown> | undefined
}

/** How long a commit of another process may go unseen. */
const POLL_MS = 100
/** Teams that one look asks about. Where more are followed, looks come to them in turn; a ring names those that changed. */
const TEAMS_PER_LOOK = 2000
/** How often a look is taken again because this process was writing meanwhile. */
const LOOKS_MAX = 3

/** Looks for what other processes commit, as long as somebody here wants to hear of it. */
export class Watch {
  readonly #parts: WatchParts
  readonly #find: (teamIds: readonly TeamId[]) => Promise<Seen>
  #wanted = 0
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  /** Teams that a ring has named and nobody has looked at since. */
  readonly #rung = new Set<TeamId>()
  #isRung = false
  /** Teams whose turn is still to come in this round. */
  #round: readonly TeamId[] = []

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#find = openSeen(parts.db)
  }

  /** Returns how to end it. */
  begin(): () => void {
    this.#wanted += 1
    if (this.#wanted === 1) {
      this.#parts.doorbell?.open((teamIds) => this.#ring(teamIds))
      this.#wait()
    }
    let isEnded = false
    return () => {
      if (isEnded) return
      isEnded = true
      this.#wanted -= 1
      if (this.#wanted === 0) clearTimeout(this.#timer)
    }
  }

  async close(): Promise<void> {
    this.#wanted = 0
    clearTimeout(this.#timer)
    await this.#looking
  }

  #ring(teamIds: Rung): void {
    const { followed, follows } = this.#parts
    const named = teamIds === 'all' ? followed() : [...teamIds].filter((teamId) => follows(teamId))
    if (teamIds !== 'all' && named.length === 0) return
    for (const teamId of named) this.#rung.add(teamId)
    this.#isRung = true
    if (this.#looking !== undefined || this.#wanted === 0) return
    clearTimeout(this.#timer)
    this.#look()
  }

  #wait(): void {
    this.#timer = setTimeout(() => this.#look(), POLL_MS).unref()
  }

  #look(): void {
    const teamIds = this.#isRung ? this.#takeRung() : this.#takeTurn()
    this.#isRung = this.#rung.size > 0
    this.#looking = this.#see(teamIds).then(() => {
      this.#looking = undefined
      if (this.#wanted === 0) return
      if (this.#isRung) this.#look()
      else this.#wait()
    })
  }

  #takeRung(): readonly TeamId[] {
    const teamIds = [...this.#rung].slice(0, TEAMS_PER_LOOK)
    for (const teamId of teamIds) this.#rung.delete(teamId)
    return teamIds
  }

  #takeTurn(): readonly TeamId[] {
    if (this.#round.length === 0) this.#round = this.#parts.followed()
    const teamIds = this.#round.slice(0, TEAMS_PER_LOOK)
    this.#round = this.#round.slice(TEAMS_PER_LOOK)
    return teamIds
  }

  async #see(teamIds: readonly TeamId[]): Promise<void> {
    const { ownWrites, onSeen } = this.#parts
    try {
      for (let look = 1; ; look += 1) {
        await ownWrites.running
        const { count } = ownWrites
        const startedAt = performance.now()
        const seen = await this.#find(teamIds)
        const isSure = count === ownWrites.count
        if (!isSure && look < LOOKS_MAX) continue
        if (this.#wanted > 0) onSeen(seen, { startedAt, isSure })
        return
      }
    } catch {
      // The database is away: whoever calls hears of it, and the next look comes soon.
    }
  }
}

export function openSeen(db: Pool): (teamIds: readonly TeamId[]) => Promise<Seen> {
  const find = db.prepare<[teamIds: readonly TeamId[]], SeenRow>(`
    select
      coalesce((select min(status_expiration) from users where status_expiration > 0), 0) as "nextExpiration",
      (select json_object_agg(team_id, last_seq) from log_heads where team_id = any($1::text[])) as "heads"`)

  return async (teamIds) => {
    const { nextExpiration = 0, heads } = (await find.get(teamIds)) ?? {}
    return { nextExpiration, heads: new Map(teamIds.map((teamId) => [teamId, heads?.[teamId] ?? 0])) }
  }
}

interface SeenRow {
  readonly nextExpiration: number
  /** Nothing where none of the teams has a log. */
  readonly heads: Readonly<Record<TeamId, number>> | null
}
