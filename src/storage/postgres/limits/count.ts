import { OutcomeUnknown, StorageUnavailable } from '../../store.ts'
import { isConstraintViolation } from '../outages.ts'
import type { Transaction } from '../transaction.ts'
import { loadCounters, rowKeysOf } from './counters.ts'
import { decideLimits, type LimitCall, type Verdict } from './decide.ts'
import { openLimitRows } from './rows.ts'

/** Counts calls in one transaction: in one round trip all rows that are there are held and read, in the second one they
 * are written, and new ones with them. Where it rejects, none of the calls has passed. */
export type CountCalls = (calls: readonly LimitCall[]) => Promise<readonly Verdict[]>

/** Where it does not follow the callers, the time is the database's. */
export function openCounting(transaction: Transaction, followsCallers: boolean): CountCalls {
  return async (calls) => {
    const counts = calls.flatMap((call) => call.counts)
    let verdicts: readonly Verdict[] = []
    const decide = async (rows: ReturnType<typeof openLimitRows>) => {
      const locked = await rows.lock(rowKeysOf(counts))
      const now = followsCallers ? Math.max(...calls.map(({ time }) => time)) : locked.now
      const counters = loadCounters(counts, locked.rows, now)
      verdicts = decideLimits(calls, counters, ({ time }) => (followsCallers ? time : now))
      return counters.changed()
    }
    const countOnce = () =>
      transaction(
        (tx) => decide(openLimitRows(tx)),
        async (tx, changed) => {
          if (changed.length > 0) await openLimitRows(tx).save(changed)
        },
      )
    try {
      await untilNobodyWasQuicker(countOnce)
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error
      // Whether they were counted or not, they have not been made.
      throw new StorageUnavailable('The connection was lost while calls were counted.', { cause: error })
    }
    return verdicts
  }
}

/** How often others may each have made another one of the new rows. */
const ATTEMPTS_MAX = 10
/** What has taken longer is not begun again: the caller waits. */
const REPEAT_WITHIN_MS = 2000

/** A new row that somebody else has made meanwhile is there the next time, and is held. */
async function untilNobodyWasQuicker(countOnce: () => Promise<void>): Promise<void> {
  const start = performance.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await countOnce()
    } catch (error) {
      if (!isConstraintViolation(error)) throw error
      const isLate = performance.now() - start > REPEAT_WITHIN_MS
      if (attempt === ATTEMPTS_MAX || isLate) {
        throw new StorageUnavailable('Others have made the rows of the same counts.', { cause: error })
      }
    }
  }
}

/** Whoever hangs holds the others up no longer than this. A count waits for no disk: what the call itself writes comes
 * behind it in the database's log, and no answer to that leaves before both are on the disk (docs/decisions/0053). */
export const BEGIN = `
  begin isolation level read committed;
  set local statement_timeout = 4000;
  set local lock_timeout = 2000;
  set local idle_in_transaction_session_timeout = 4000;
  set local synchronous_commit = off`
