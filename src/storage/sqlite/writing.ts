import { type Commits, earliestWritten } from '../commits.ts'
import type { ChangeCall, Write } from '../deciding.ts'
import type { StoreLimits } from '../limits.ts'
import { type Commit, OutcomeUnknown, StorageUnavailable, type StoreStats } from '../store.ts'
import { WriteQueue } from '../write-queue.ts'
import { performBatch } from './batch.ts'
import type { Caches } from './caches.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { Connection } from './connection.ts'
import type { Tables } from './tables.ts'
import { openTransaction, type Transaction } from './transaction.ts'

export type Heads = Commit['teams']
export const NO_HEADS: Heads = new Map()

export interface WritingParts {
  readonly db: Connection
  readonly tables: Tables
  readonly caches: Caches
  readonly commits: Commits
  readonly checkpoints: Checkpoints | undefined
  readonly limits: StoreLimits
}

/** All that is written, and what comes of it once it is. */
export class Writing {
  readonly queue: WriteQueue
  readonly #parts: WritingParts
  readonly #begin: Transaction
  /** Whether the last transaction reached the disk. */
  #isWorking = true
  #batches = 0
  #changes = 0

  constructor(parts: WritingParts) {
    this.#parts = parts
    this.#begin = openTransaction(parts.db)
    this.queue = new WriteQueue(parts.limits, (calls) => this.#perform(calls))
  }

  get isWorking(): boolean {
    return this.#isWorking
  }

  /** Administrative work: alone, in its place between the batches. */
  write<Result>(work: () => Result, { afterCommit, headsOf, findEarliest }: Around<Result> = {}): Promise<Result> {
    return this.queue.alone(() => {
      const result = this.#transaction(work)
      afterCommit?.(result)
      this.#parts.commits.tell(headsOf?.(result) ?? NO_HEADS, findEarliest ?? (() => 0))
      return result
    })
  }

  stats(): Omit<StoreStats, 'engine'> {
    return {
      queuedMax: this.#parts.limits.queuedCallsMax,
      queued: this.queue.length,
      batches: this.#batches,
      changes: this.#changes,
    }
  }

  #perform(calls: readonly ChangeCall[]): void {
    const { caches, commits, limits, tables } = this.#parts
    const batch = {
      committed: caches,
      transaction: this.#transaction,
      users: tables.users,
      log: tables.log,
      textMax: limits.batchTextMax,
      onCommit: (writes: readonly Write[], heads: Heads, durationMs: number) => {
        caches.keepUsers(writes)
        this.#batches += 1
        this.#changes += writes.length
        commits.tell(heads, () => earliestWritten(writes))
        commits.tellOfBatch({ changes: writes.length, durationMs })
      },
    }
    performBatch(batch, calls)
  }

  readonly #transaction: Transaction = (work) => {
    try {
      const result = this.#begin(work)
      this.#isWorking = true
      this.#parts.checkpoints?.afterCommit()
      return result
    } catch (error) {
      if (error instanceof StorageUnavailable || error instanceof OutcomeUnknown) this.#isWorking = false
      if (error instanceof OutcomeUnknown) this.#parts.caches.clear()
      throw error
    }
  }
}

interface Around<Result> {
  /** Comes before everything that follows. */
  readonly afterCommit?: (result: Result) => void
  /** The numbers of the last entries of the logs that were written. */
  readonly headsOf?: (result: Result) => Heads | undefined
  /** Of the statuses that were written. */
  readonly findEarliest?: () => number
}
