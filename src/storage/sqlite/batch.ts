import type { TeamId } from '../../domain/ids.ts'
import type { Committed } from '../deciding.ts'
import { type ChangeCall, decideCalls, type Outcome, settle, type Write, writesOf } from '../deciding.ts'
import { OutcomeUnknown, StorageUnavailable } from '../store.ts'
import type { Log } from './log.ts'
import { isConstraintViolation, type Transaction } from './transaction.ts'
import type { Users } from './users.ts'

export interface Batch {
  readonly committed: Committed
  readonly transaction: Transaction
  readonly users: Users
  readonly log: Log
  readonly textMax: number
  /** Told of what a batch wrote, after its commit and before its answers; `heads` are the numbers of the last entries of
   * the logs that it changed. */
  onCommit(writes: readonly Write[], heads: ReadonlyMap<TeamId, number>, durationMs: number): void
}

/** Decides the calls, writes what they decided with one commit, and only then answers them. */
export function performBatch(batch: Batch, calls: readonly ChangeCall[]): void {
  let waiting = calls
  while (waiting.length > 0) {
    const outcomes = decideCalls(waiting, batch.committed, batch.textMax)
    finish(batch, outcomes)
    waiting = waiting.slice(outcomes.length)
  }
}

function finish(batch: Batch, outcomes: readonly Outcome[]): void {
  const writes = writesOf(outcomes)
  const error = writes.length === 0 ? null : commit(batch, writes)
  if (error === null) settle(outcomes)
  // One row that the database refuses must not cost the others their call.
  else if (isConstraintViolation(error) && outcomes.length > 1) redoOneByOne(batch, outcomes)
  else fail(outcomes, error)
}

/** What went wrong, or null. */
function commit(batch: Batch, writes: readonly Write[]): unknown {
  const start = performance.now()
  let heads: ReadonlyMap<TeamId, number>
  try {
    heads = batch.transaction(() => save(batch, writes))
  } catch (error) {
    return error
  }
  batch.onCommit(writes, heads, performance.now() - start)
  return null
}

function save({ users, log }: Batch, writes: readonly Write[]): ReadonlyMap<TeamId, number> {
  const heads = new Map<TeamId, number>()
  const next = (teamId: TeamId): number => {
    const seq = (heads.get(teamId) ?? log.findLastSeq(teamId)) + 1
    heads.set(teamId, seq)
    return seq
  }
  for (const write of writes) {
    const { teamId } = write.after
    if (write.after !== write.before) users.save(write)
    if (write.events.length > 0) log.append(next(teamId), write)
    for (const fact of write.facts) log.appendFact(teamId, next(teamId), write.at, fact)
  }
  return heads
}

function redoOneByOne(batch: Batch, outcomes: readonly Outcome[]): void {
  for (const { call } of outcomes) finish(batch, decideCalls([call], batch.committed, batch.textMax))
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
