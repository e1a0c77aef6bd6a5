import pg from 'pg'
import { StorageUnavailable } from '../store.ts'

/** Whether the database refused a row, so that other rows may still pass. */
export function isConstraintViolation(error: unknown): boolean {
  return codeOf(error).startsWith('23')
}

/** Whether two transactions stood in each other's way, so that the same work may pass when it is done again. */
export function isConflict(error: unknown): boolean {
  return SERIALIZATION_FAILURES.includes(codeOf(error))
}

/** 40P01: PostgreSQL ended a deadlock. 40001: CockroachDB and YugabyteDB ask for another attempt as a matter of course. */
const SERIALIZATION_FAILURES = ['40001', '40P01']

/** Whether a statement failed only because an earlier one of its transaction did. */
export function isAborted(error: unknown): boolean {
  return codeOf(error) === '25P02'
}

/** What the driver says where the server has said nothing. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** Whether the connection is gone, and with it what was not committed. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return error instanceof ConnectionLost
  // A server may say it in its own language, so that the word alone does not do.
  const isEnd = error.severity === 'FATAL' || error.severity === 'PANIC'
  return isEnd || ENDINGS.some((code) => codeOf(error).startsWith(code))
}

/** Connection, transaction ended by a timeout, shutdown. */
const ENDINGS = ['08', '25P03', '25P04', '57P']

/** Whether what the server says beside its answers is more than a notice. */
export function isWarning({ code = '' }: { readonly code?: string | undefined }): boolean {
  return code.startsWith('01')
}

/** Whether a commit that failed so may have been done all the same. CockroachDB says so with 40003; YugabyteDB reports what
 * happened among its servers as an internal error. */
export function isAmbiguous(error: unknown): boolean {
  return isLost(error) || ['40003', 'XX'].some((code) => codeOf(error).startsWith(code))
}

/** Whether a new connection may do better: this one is gone, or it leads to a server that only reads, as one does that
 * was the primary when it was opened. */
export function isUseless(error: unknown): boolean {
  return isLost(error) || codeOf(error) === '25006'
}

/** Whether the engine does not know what it was asked for: 0A000 where it says so, 42601 where it cannot read it. */
export function isUnsupported(error: unknown): boolean {
  return ['0A000', '42601'].includes(codeOf(error))
}

/** What a failed statement means to the caller: an outage, unless the statement itself is to blame. */
export function outageOf(error: unknown): unknown {
  const isOutage = isLost(error) || isConflict(error) || OUTAGES.some((code) => codeOf(error).startsWith(code))
  if (!isOutage) return error
  return new StorageUnavailable(`PostgreSQL: ${error instanceof Error ? error.message : error}`, { cause: error })
}

/** Classes of SQLSTATE, or whole ones: connection, authority to connect, no such database, read-only standby, transaction
 * ended by a timeout, outcome unknown, resources, lock not available, shutdown and cancelling, the system under it, what
 * the server did not expect of itself, such as a quota or a damaged file. */
const OUTAGES = ['08', '28', '3D000', '25006', '25P03', '25P04', '40003', '53', '55P03', '57', '58', 'XX']

function codeOf(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : ''
}
