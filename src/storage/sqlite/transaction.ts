import Database from 'better-sqlite3'
import { OutcomeUnknown, StorageUnavailable } from '../store.ts'
import type { Connection } from './connection.ts'

export type Transaction = <Result>(work: () => Result) => Result

/** Runs work in one transaction of its own and returns when that is on the disk. Where it throws `StorageUnavailable`,
 * nothing was written; where it throws anything else but `OutcomeUnknown`, the fault is the work's. */
export function openTransaction(db: Connection): Transaction {
  const begin = db.prepare('begin immediate')
  const commit = db.prepare('commit')

  return (work) => {
    const result = attempt(db, outageOf, () => {
      begin.run()
      return work()
    })
    attempt(db, failedCommitOf, () => commit.run())
    return result
  }
}

/** Whether the database refused a row, so that other rows may still pass. */
export function isConstraintViolation(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT')
}

/** What a failed statement means to the caller: an outage, unless the statement itself is to blame. */
export function outageOf(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError) || isConstraintViolation(error)) return error
  if (!OUTAGES.some((code) => error.code.startsWith(code))) return error
  return new StorageUnavailable(`SQLite: ${error.message}`, { cause: error })
}

const OUTAGES = [
  'SQLITE_BUSY',
  'SQLITE_CANTOPEN',
  'SQLITE_CORRUPT',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_LOCKED',
  'SQLITE_NOMEM',
  'SQLITE_NOTADB',
  'SQLITE_PROTOCOL',
  'SQLITE_READONLY',
]

function attempt<Result>(db: Connection, meaning: (error: unknown) => unknown, step: () => Result): Result {
  try {
    return step()
  } catch (error) {
    rollBack(db)
    throw meaning(error)
  }
}

/** A full disk or a lock stops a commit before its last frame is written. After any other failure, such as that of the
 * flush, the frames may stand in the file, and a later start may find them. */
function failedCommitOf(error: unknown): unknown {
  const isUndone =
    error instanceof Database.SqliteError && (error.code === 'SQLITE_FULL' || error.code.startsWith('SQLITE_BUSY'))
  return isUndone ? outageOf(error) : new OutcomeUnknown(`SQLite failed to commit: ${error}`, { cause: error })
}

function rollBack(db: Connection): void {
  if (db.inTransaction) db.exec('rollback')
}
