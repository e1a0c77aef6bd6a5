import { OutcomeUnknown, StorageUnavailable } from '../store.ts'
import type { Connection, Pool, Session } from './connection.ts'
import { isAmbiguous, isConflict, isLost, isUseless, outageOf } from './outages.ts'

/** Runs work in one transaction of its own and resolves when that is on the disk. `last` says what is to be sent right
 * before the commit: it travels with it, in one round trip. Work may run again, where another transaction stood in its
 * way or the connection was lost before the commit. Where it rejects with `StorageUnavailable`, nothing was written;
 * where it rejects with anything else but `OutcomeUnknown`, the fault is the work's. */
export type Transaction = <Decided, Result = Decided>(
  work: (db: Connection) => Promise<Decided>,
  last?: (db: Connection, decided: Decided) => Promise<Result>,
) => Promise<Result>

const ATTEMPTS_MAX = 5
/** What has taken longer is not begun again: the caller waits. */
const REPEAT_WITHIN_MS = 2000

export function openTransaction(pool: Pool, begin: string = BEGIN): Transaction {
  return async (work, last = async (_, decided) => decided as never) => {
    const start = performance.now()
    for (let attempt = 1; ; attempt += 1) {
      const session = await pool.connect()
      try {
        return await runOnce(session, begin, work, last)
      } catch (error) {
        const isLate = performance.now() - start > REPEAT_WITHIN_MS
        if (attempt === ATTEMPTS_MAX || isLate || !(isConflict(error) || isUseless(error))) throw outageOf(error)
      } finally {
        session.release()
      }
    }
  }
}

/** The timeouts hold within the transaction only: behind PgBouncer, a connection is shared. The last one frees the rows
 * of a process that hangs. */
const TIMEOUTS = `
  set local statement_timeout = 5000;
  set local lock_timeout = 3000;
  set local idle_in_transaction_session_timeout = 8000`

/** A statement sees what was committed before it, not before the transaction: what follows a lock sees what the last
 * holder left. */
const BEGIN = `begin isolation level read committed; ${TIMEOUTS}`

/** For reading much at one moment. */
export const BEGIN_SNAPSHOT = `begin isolation level repeatable read, read only; ${TIMEOUTS}`

async function runOnce<Decided, Result>(
  session: Session,
  begin: string,
  work: (db: Connection) => Promise<Decided>,
  last: (db: Connection, decided: Decided) => Promise<Result>,
): Promise<Result> {
  // Sent together: nothing of the work is answered before the transaction has begun.
  const begun = session.exec(begin)
  const working = work(session)
  working.catch(() => {})
  try {
    await begun
    const decided = await working
    return await commit(session, () => last(session, decided))
  } catch (error) {
    await working.catch(() => {})
    if (!session.isLost()) await rollBack(session)
    throw error
  }
}

async function commit<Result>(session: Session, last: () => Promise<Result>): Promise<Result> {
  const lasting = last()
  const warnings = session.warnings()
  const [sent, committed] = await Promise.allSettled([lasting, session.exec('commit')])
  // A transaction in which a statement has failed answers a commit with a rollback.
  if (committed.status === 'fulfilled' && committed.value === 'COMMIT') {
    // Who cancels a commit that waits for a standby makes it a success with a warning: it may not be on the standby.
    if (session.warnings() > warnings) throw new OutcomeUnknown('PostgreSQL committed with a warning.')
    return lasting
  }
  if (sent.status === 'rejected' && !isLost(sent.reason)) throw sent.reason
  if (committed.status === 'rejected' && !isAmbiguous(committed.reason)) throw committed.reason
  if (committed.status === 'fulfilled') throw new StorageUnavailable('PostgreSQL rolled the transaction back.')
  throw new OutcomeUnknown('A commit failed, and may have been done.', { cause: committed.reason })
}

/** Where it fails, the connection is lost, and the transaction with it. */
async function rollBack(session: Session): Promise<void> {
  await session.exec('rollback').catch(() => {})
}
