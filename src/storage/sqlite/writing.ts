import { type Commits, earliestWritten } from '../commits.ts'
import { type ChangeCall, type Outcome, settle, type Write } from '../deciding.ts'
import type { StoreLimits } from '../limits.ts'
import { OutcomeUnknown, StorageUnavailable, type StoreStats } from '../store.ts'
import { WriteQueue } from '../write-queue.ts'
import { Answers } from './answers.ts'
import { performBatch } from './batch.ts'
import type { Caches } from './caches.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { Connection } from './connection.ts'
import { type Heads, type SavedWrite, saveAll } from './saving.ts'
import type { Tables } from './tables.ts'
import { openTransaction, type Transaction } from './transaction.ts'
import { NoThread, type Writer } from './writer.ts'

export const NO_HEADS: Heads = new Map()

/** Where a commit took so long, or failed, the next one is waited for on the thread: nobody else is to wait for the disk. */
const SLOW_COMMIT_MS = 2

export interface WritingParts {
  readonly db: Connection
  readonly tables: Tables
  readonly caches: Caches
  readonly commits: Commits
  readonly checkpoints: Checkpoints | undefined
  /** Absent where everything is written on this thread. */
  readonly writer: Writer | undefined
  readonly limits: StoreLimits
}

/** All that is written, and what comes of it once it is. */
export class Writing {
  readonly queue: WriteQueue
  readonly #parts: WritingParts
  readonly #begin: Transaction
  readonly #answers = new Answers()
  /** Whether the last transaction reached the disk. */
  #isWorking = true
  #lastCommitMs = 0
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
    return this.queue.alone(async () => {
      // A WAL begins anew only where nobody has written beside the checkpoint that moved all of it.
      await this.#parts.writer?.idle()
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

  /** Ends when every earlier write is answered. */
  async close(): Promise<void> {
    await this.queue.close()
    await this.#answers.end()
    await this.#parts.writer?.close()
  }

  #perform(calls: readonly ChangeCall[]): Promise<void> {
    const { caches, commits, limits, writer } = this.#parts
    const batch = {
      committed: caches,
      save: (writes: readonly SavedWrite[]) => this.#save(writes),
      textMax: limits.batchTextMax,
      onCommit: (writes: readonly Write[], heads: Heads, durationMs: number) => {
        caches.keepUsers(writes)
        this.#lastCommitMs = durationMs
        this.#batches += 1
        this.#changes += writes.length
        commits.tell(heads, () => earliestWritten(writes))
        commits.tellOfBatch({ changes: writes.length, durationMs })
      },
      answer: (outcomes: readonly Outcome[]) => {
        if (writer === undefined) settle(outcomes)
        else this.#answers.give(outcomes, this.#lastCommitMs)
      },
    }
    return performBatch(batch, calls)
  }

  #save(writes: readonly SavedWrite[]): Heads | Promise<Heads> {
    const { writer, tables } = this.#parts
    if (writer !== undefined && (writer.isBusy || this.#isWorthThread(writes)))
      return this.#saveOnThread(writer, writes)
    return this.#transaction(() => saveAll(tables, writes))
  }

  /** Handing over a few writes takes longer than it saves, unless others could be served meanwhile. */
  #isWorthThread(writes: readonly SavedWrite[]): boolean {
    const isLoaded = writes.length >= this.#parts.limits.threadWritesMin || this.#answers.areWaiting
    return isLoaded || this.#lastCommitMs > SLOW_COMMIT_MS || !this.#isWorking
  }

  async #saveOnThread(writer: Writer, writes: readonly SavedWrite[]): Promise<Heads> {
    let heads: Heads
    try {
      heads = await writer.commit(writes)
    } catch (error) {
      if (error instanceof NoThread) return this.#transaction(() => saveAll(this.#parts.tables, writes))
      return this.#failed(error)
    }
    this.#succeeded()
    return heads
  }

  readonly #transaction: Transaction = (work) => {
    let result: ReturnType<typeof work>
    try {
      result = this.#begin(work)
    } catch (error) {
      return this.#failed(error)
    }
    this.#succeeded()
    return result
  }

  #succeeded(): void {
    this.#isWorking = true
    this.#parts.checkpoints?.afterCommit()
  }

  #failed(error: unknown): never {
    if (error instanceof StorageUnavailable || error instanceof OutcomeUnknown) this.#isWorking = false
    if (error instanceof OutcomeUnknown) this.#parts.caches.clear()
    throw error
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
