import type { Progress } from './store.ts'

/** Bounds of a store. Every one may be set lower or higher where it is opened. */
export interface StoreLimits {
  /** Calls that wait for a batch; the next one is refused with `StorageUnavailable`. */
  readonly queuedCallsMax: number
  /** Calls that one batch takes. */
  readonly batchCallsMax: number
  /** Characters of encoded users after which a batch takes no further call. */
  readonly batchTextMax: number
  /** Writes of a batch from which on SQLite does it on a thread: handing over fewer takes longer than it saves.
   * Infinity: never. */
  readonly threadWritesMin: number
  /** Entries of each cache. */
  readonly cachedUsersMax: number
  readonly cachedGrantsMax: number
  readonly cachedTeamsMax: number
  /** Characters of encoded users that the cache may stand for; in memory they take about three times as many bytes. */
  readonly cachedUsersTextMax: number
  /** Tickets for sockets that are out at once. */
  readonly ticketsMax: number
}

export const DEFAULT_LIMITS: StoreLimits = {
  queuedCallsMax: 4096,
  batchCallsMax: 256,
  batchTextMax: 4 * 1024 * 1024,
  threadWritesMin: 8,
  cachedUsersMax: 100_000,
  cachedGrantsMax: 100_000,
  cachedTeamsMax: 1000,
  cachedUsersTextMax: 128 * 1024 * 1024,
  ticketsMax: 10_000,
}

/** The longest page that a list gives. */
export const PAGE_ROWS_MAX = 1000
/** The longest list of last entries. */
export const LAST_ENTRIES_MAX = 10_000
/** Rows that `countUndelivered` looks at. */
export const COUNTED_ROWS_MAX = 10_000
/** Rows that one `saveProgress` keeps and drops. */
export const PROGRESS_ROWS_MAX = 10_000
/** Rows that a snapshot holds. */
export const SNAPSHOT_ROWS_MAX = 100_000

/** What is saved at once is bounded, and of one team. */
export function checkProgress({ teamId, keep = [], drop = [] }: Progress): void {
  if (keep.length + drop.length > PROGRESS_ROWS_MAX) {
    throw new RangeError(`Progress has at most ${PROGRESS_ROWS_MAX} rows.`)
  }
  const stray = keep.find((row) => row.teamId !== teamId)
  if (stray !== undefined) throw new RangeError(`Progress of ${teamId} cannot keep ${stray.id} of ${stray.teamId}.`)
}

/** Callers ask for pages within the bound; a larger one would be a fault of theirs. */
export function pageOf(limit: number, rowsMax: number = PAGE_ROWS_MAX): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > rowsMax) {
    throw new RangeError(`A page has 1 to ${rowsMax} rows, not ${limit}.`)
  }
  return limit
}
