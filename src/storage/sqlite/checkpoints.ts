import type { Connection } from './connection.ts'
import { outageOf } from './transaction.ts'

/** Pages that the WAL may hold before they are moved into the database file in the midst of work. */
const WAL_PAGES_MAX = 4096
/** How many commits pass between two looks at the WAL. */
const COMMITS_PER_LOOK = 32
const IDLE_MS = 1000

/** Moves what the WAL holds into the database file: when nothing has been written for a while, or when it grows long. */
export class Checkpoints {
  readonly #db: Connection
  readonly #look
  #commits = 0
  #commitsAtLastTick = 0
  #timer: NodeJS.Timeout | undefined

  constructor(db: Connection) {
    this.#db = db
    this.#look = db.prepare<[], { log: number }>('pragma wal_checkpoint(noop)')
  }

  afterCommit(): void {
    this.#commits += 1
    if (this.#commits % COMMITS_PER_LOOK === 0) this.#attempt(() => this.#moveIfLong())
    if (this.#timer === undefined) this.#waitForIdleness()
  }

  /** Leaves an empty WAL behind. */
  close(): void {
    clearTimeout(this.#timer)
    this.#attempt(() => this.#db.pragma('wal_checkpoint(truncate)'))
  }

  #waitForIdleness(): void {
    this.#commitsAtLastTick = this.#commits
    this.#timer = setTimeout(() => this.#tick(), IDLE_MS).unref()
  }

  #tick(): void {
    this.#timer = undefined
    if (this.#commits === this.#commitsAtLastTick) this.#attempt(() => this.#move())
    else this.#waitForIdleness()
  }

  #moveIfLong(): void {
    if ((this.#look.get()?.log ?? 0) > WAL_PAGES_MAX) this.#move()
  }

  #move(): void {
    this.#db.pragma('wal_checkpoint(passive)')
  }

  /** A checkpoint that fails loses nothing: the WAL keeps what was not moved. A disk or a lock that is to blame shows
   * at the next commit, which tells its callers. */
  #attempt(step: () => void): void {
    try {
      step()
    } catch (error) {
      if (outageOf(error) === error) throw error
    }
  }
}
