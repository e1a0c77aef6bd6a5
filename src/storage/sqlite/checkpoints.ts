import type { Connection } from './connection.ts'
import { outageOf } from './transaction.ts'
import { Writer } from './writer.ts'

/** Pages that the WAL may hold before its thread begins to move them into the database file. */
const WAL_PAGES_MAX = 4096
/** Pages that the WAL may hold before writers wait until they are moved. */
const WAL_PAGES_HARD_MAX = 16_384
/** Few enough pages to move between two batches without a caller noticing. */
const REST_PAGES_MAX = 256
/** How many commits pass between two looks at the WAL. */
const COMMITS_PER_LOOK = 8
const IDLE_MS = 1000

/** Moves what the WAL holds into the database file: when nothing has been written for a while, or when it grows long.
 * A thread does the bulk of a long one while the writing goes on. It can never catch up with the writer, and a WAL begins
 * anew only when all of it is moved, so the rest is moved between two batches. */
export class Checkpoints {
  readonly #db: Connection
  readonly #look
  readonly #writer: Writer | undefined
  readonly #mover: Writer
  #isMoving = false
  #isClosing = false
  #commits = 0
  #commitsAtLastTick = 0
  #timer: NodeJS.Timeout | undefined

  /** `writer` is who writes batches, where that is another thread. */
  constructor(db: Connection, writer: Writer | undefined) {
    this.#db = db
    this.#writer = writer
    this.#mover = new Writer(db.name)
    this.#look = db.prepare<[], WalState>('pragma wal_checkpoint(noop)')
  }

  afterCommit(): void {
    this.#commits += 1
    if (this.#commits % COMMITS_PER_LOOK === 0) this.#attempt(() => this.#moveIfLong())
    if (this.#timer === undefined) this.#waitForIdleness()
  }

  /** Leaves an empty WAL behind. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#isClosing = true
    await this.#mover.close()
    this.#attempt(() => this.#db.pragma('wal_checkpoint(truncate)'))
  }

  #waitForIdleness(): void {
    this.#commitsAtLastTick = this.#commits
    this.#timer = setTimeout(() => this.#tick(), IDLE_MS).unref()
  }

  #tick(): void {
    this.#timer = undefined
    if (this.#commits !== this.#commitsAtLastTick) this.#waitForIdleness()
    else if (!this.#isMoving) this.#attempt(() => this.#move())
  }

  #moveIfLong(): void {
    const { log, checkpointed } = this.#look.get() ?? NO_WAL
    if (log > WAL_PAGES_HARD_MAX) this.#move()
    else if (log > WAL_PAGES_MAX && !this.#isMoving) {
      if (log - checkpointed <= REST_PAGES_MAX) this.#move()
      else void this.#moveMeanwhile(checkpointed)
    }
  }

  /** Before the next batch is written. */
  #move(): void {
    if (this.#writer?.isRunning === true) void this.#writer.checkpoint()
    else this.#db.pragma('wal_checkpoint(passive)')
  }

  /** Where this fails, the WAL grows to its hard bound and is moved between batches. */
  async #moveMeanwhile(checkpointed: number): Promise<void> {
    this.#isMoving = true
    await this.#mover.checkpoint()
    this.#isMoving = false
    if (!this.#isClosing) this.#attempt(() => this.#goOn(checkpointed))
  }

  /** Where a reader of an old state, or a thread that cannot be had, keeps the WAL as it was, there is nothing to do
   * before the next look. */
  #goOn(checkpointedBefore: number): void {
    const { checkpointed } = this.#look.get() ?? NO_WAL
    if (checkpointed !== checkpointedBefore) this.#moveIfLong()
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

/** Pages in the WAL, and how many of them are moved already. */
interface WalState {
  readonly log: number
  readonly checkpointed: number
}

const NO_WAL: WalState = { log: 0, checkpointed: 0 }
