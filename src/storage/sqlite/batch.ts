import { type ChangeCall, type Committed, decideCalls, type Outcome, type Write, writesOf } from '../deciding.ts'
import { OutcomeUnknown, StorageUnavailable } from '../store.ts'
import { type Heads, type SavedWrite, toSaved } from './saving.ts'
import { isConstraintViolation } from './transaction.ts'
import { RowRefused } from './writer.ts'

export interface Batch {
  readonly committed: Committed
  /** Writes with one commit; resolves when that is on the disk. */
  readonly save: (writes: readonly SavedWrite[]) => Heads | Promise<Heads>
  readonly textMax: number
  /** Told of what a batch wrote, after its commit and before its answers. */
  onCommit(writes: readonly Write[], heads: Heads, durationMs: number): void
  /** Gives the calls of a batch their answers. */
  answer(outcomes: readonly Outcome[]): void
}

/** Decides the calls, writes what they decided with one commit, and only then answers them. */
export async function performBatch(batch: Batch, calls: readonly ChangeCall[]): Promise<void> {
  let waiting = calls
  while (waiting.length > 0) {
    const outcomes = decideCalls(waiting, batch.committed, batch.textMax)
    await finish(batch, outcomes)
    waiting = waiting.slice(outcomes.length)
  }
}

async function finish(batch: Batch, outcomes: readonly Outcome[]): Promise<void> {
  const writes = writesOf(outcomes)
  const error = writes.length === 0 ? null : await commit(batch, writes)
  if (error === null) batch.answer(outcomes)
  // One row that the database refuses must not cost the others their call.
  else if (isRowRefused(error) && outcomes.length > 1) await redoOneByOne(batch, outcomes)
  else fail(outcomes, error)
}

/** What went wrong, or null. */
async function commit(batch: Batch, writes: readonly Write[]): Promise<unknown> {
  const start = performance.now()
  let heads: Heads
  try {
    heads = await batch.save(writes.map(toSaved))
  } catch (error) {
    return error
  }
  batch.onCommit(writes, heads, performance.now() - start)
  return null
}

function isRowRefused(error: unknown): boolean {
  return error instanceof RowRefused || isConstraintViolation(error)
}

async function redoOneByOne(batch: Batch, outcomes: readonly Outcome[]): Promise<void> {
  for (const { call } of outcomes) await finish(batch, decideCalls([call], batch.committed, batch.textMax))
}

function fail(outcomes: readonly Outcome[], error: unknown): void {
  for (const outcome of outcomes) outcome.call.reject(errorFor(outcome, error))
}

/** A call that was to write nothing has lost nothing, but what it was judged by may never have been. */
function errorFor(outcome: Outcome, error: unknown): unknown {
  if ('thrown' in outcome) return outcome.thrown
  if (outcome.write !== null || !(error instanceof OutcomeUnknown)) return error
  return new StorageUnavailable('The batch of this call could not be committed.', { cause: error })
}
