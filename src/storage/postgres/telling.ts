import type { TeamId } from '../../domain/ids.ts'
import { Commits, earlier } from '../commits.ts'
import type { Pool } from './connection.ts'
import type { Doorbell } from './doorbell.ts'
import { type Heads, KnownHeads, NO_HEADS } from './known-heads.ts'
import { type Look, type OwnWrites, type Seen, Watch } from './watch.ts'

export interface TellingParts {
  readonly db: Pool
  readonly doorbell: Doorbell | null
  readonly ownWrites: OwnWrites
  /** Unix seconds; 0 where no status expires. */
  readonly nextExpiration: number
}

/** Tells listeners here, and other processes, of what was committed, whichever process wrote it. */
export class Telling {
  readonly commits = new Commits()
  readonly #heads = new KnownHeads(this.commits)
  readonly #doorbell: Doorbell | null
  readonly #watch: Watch
  /** The earliest expiry that listeners were told of, or might know themselves; 0 where there is none. */
  #nextExpiration: number

  constructor({ db, doorbell, ownWrites, nextExpiration }: TellingParts) {
    this.#nextExpiration = nextExpiration
    this.#doorbell = doorbell
    this.#watch = new Watch({
      db,
      doorbell,
      ownWrites,
      followed: () => this.commits.followed(),
      follows: (teamId) => this.commits.follows(teamId),
      onSeen: (seen, look) => this.#see(seen, look),
    })
  }

  /** Looks out for what other processes commit. Returns how to stop it. */
  watch(): () => void {
    return this.#watch.begin()
  }

  /** Of what this process has committed. */
  tell(written: Heads, earliestExpiration: number): void {
    this.#nextExpiration = earlier(this.#nextExpiration, earliestExpiration)
    const heads = this.#heads.learnWritten(written)
    this.commits.tell(heads, () => earliestExpiration)
    if (heads.size > 0) this.#doorbell?.ring(heads.keys())
    else if (earliestExpiration > 0) this.#doorbell?.ring('all')
  }

  /** Of what was read of a team's log, by a look that began at `startedAt`. */
  hear(teamId: TeamId, seq: number, startedAt: number): void {
    // Who follows the team is not to hear of an older one after this.
    if (this.commits.follows(teamId)) this.#heads.hear(new Map([[teamId, seq]]), startedAt)
  }

  /** Nothing need be known of a team that nobody follows any longer. */
  forget(teamId: TeamId): void {
    if (!this.commits.follows(teamId)) this.#heads.forget(teamId)
  }

  /** All that was known was replaced. */
  startOver(nextExpiration: number): void {
    this.#heads.clear()
    this.#nextExpiration = nextExpiration
  }

  ringAll(): void {
    this.#doorbell?.ring('all')
  }

  close(): Promise<void> {
    return this.#watch.close()
  }

  /** Tells of what other processes have committed. */
  #see({ heads, nextExpiration }: Seen, { startedAt, isSure }: Look): void {
    this.#heads.hear(heads, startedAt)
    const isEarlier = nextExpiration !== 0 && (this.#nextExpiration === 0 || nextExpiration < this.#nextExpiration)
    if (isSure) this.#nextExpiration = nextExpiration
    if (!isEarlier) return
    this.#nextExpiration = nextExpiration
    this.commits.tell(NO_HEADS, () => nextExpiration)
  }
}
