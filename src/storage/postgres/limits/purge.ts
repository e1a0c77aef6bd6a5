import type { Transaction } from '../transaction.ts'
import { type LimitKey, type LimitRows, openLimitRows } from './rows.ts'

const PURGE_EVERY_MS = 60_000
/** Rows that one statement looks at. */
export const PURGED_ROWS_MAX = 500

/** Removes what has no say any more, portion by portion through the whole table. `now` is the database's where it is
 * absent. */
export async function purge(transaction: Transaction, now?: number): Promise<void> {
  let after: LimitKey | undefined = { teamId: '', key: '' }
  while (after !== undefined) {
    const begin: LimitKey = after
    after = await transaction((db) => purgeAfter(openLimitRows(db), begin, now))
  }
}

/** Where the next portion begins, if there is one. */
async function purgeAfter(rows: LimitRows, after: LimitKey, now?: number): Promise<LimitKey | undefined> {
  const seen = await rows.findAfter(after, PURGED_ROWS_MAX)
  const time = now ?? seen[0]?.now ?? 0
  const last = seen.at(-1)
  if (last === undefined) return undefined
  if (seen.some(({ validUntil }) => validUntil <= time)) await rows.dropOld(after, last, time)
  return seen.length < PURGED_ROWS_MAX ? undefined : last
}

/** Does so every minute. Returns how to end it. */
export function purgeRegularly(work: () => Promise<void>): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const wait = () => {
    timer = setTimeout(() => {
      // Where the database is away, what is old can wait.
      running = work().catch(() => undefined)
      void running.then(wait)
    }, PURGE_EVERY_MS).unref()
  }
  wait()
  return async () => {
    clearTimeout(timer)
    await running
    clearTimeout(timer)
  }
}
