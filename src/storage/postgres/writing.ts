import { earliestWritten } from '../commits.ts'
import type { ChangeCall, Write } from '../deciding.ts'
import type { StoreLimits } from '../limits.ts'
import type { StoreStats } from '../store.ts'
import { WriteQueue } from '../write-queue.ts'
import { performBatch } from './batch.ts'
import type { Caches } from './caches.ts'
import type { Connection } from './connection.ts'
import { type Heads, NO_HEADS } from './known-heads.ts'
import { openTables, type Tables } from './tables.ts'
import type { Telling } from './telling.ts'
import type { Transaction } from './transaction.ts'

export interface WritingParts {
  readonly transaction: Transaction
  readonly caches: Caches
  readonly telling: Telling
  readonly limits: StoreLimits
  /** Whether each transaction writes one team. */
  readonly isByTeam: boolean
}

/** All that is written, and what comes of it once it is. */
export class Writing {
  readonly queue: WriteQueue
  readonly #parts: WritingParts
  #batches = 0
  #changes = 0

  constructor(parts: WritingParts) {
    const { limits, isByTeam } = parts
    this.#parts = parts
    this.queue = new WriteQueue(limits, (calls) => this.#perform(calls), { isByTeam })
  }

  /** Administrative work: alone, in its place between the batches. */
  write<Result>(
    work: (tables: Tables, db: Connection) => Promise<Result>,
    { afterCommit, headsOf, findEarliest }: Around<Result> = {},
  ): Promise<Result> {
    return this.queue.alone(async () => {
      const result = await this.#parts.transaction((db) => work(openTables(db), db))
      afterCommit?.(result)
      this.#parts.telling.tell(headsOf?.(result) ?? NO_HEADS, findEarliest?.(result) ?? 0)
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

  #perform(calls: readonly ChangeCall[]): Promise<void> {
    const { caches, limits, telling, transaction } = this.#parts
    const batch = {
      caches,
      transaction,
      textMax: limits.batchTextMax,
      onCommit: (writes: readonly Write[], heads: Heads, durationMs: number) => {
        caches.keepUsers(writes)
        this.#batches += 1
        this.#changes += writes.length
        telling.tell(heads, earliestWritten(writes))
        telling.commits.tellOfBatch({ changes: writes.length, durationMs })
      },
    }
    return performBatch(batch, calls)
  }
}

interface Around<Result> {
  /** Comes before everything that follows. */
  readonly afterCommit?: (result: Result) => void
  /** The numbers of the last entries of the logs that were written. */
  readonly headsOf?: (result: Result) => Heads | undefined
  /** Of the statuses that were written. */
  readonly findEarliest?: (result: Result) => number
}
