import type { LimitKey, LimitRows } from './rows.ts'

const PURGE_EVERY_MS = 60_000
/** Rows that one statement looks at. */
export const PURGED_ROWS_MAX = 500

/** Removes what has no say any more, portion by portion through the whole table. `now` is the database's where it is
 * absent. */
export async function purge(rows: LimitRows, now?: number): Promise<void> {
  let after: LimitKey = { teamId: '', key: '' }
  for (;;) {
    const seen = await rows.findAfter(after, PURGED_ROWS_MAX)
    const time = now ?? seen[0]?.now ?? 0
    const old = seen.filter(({ validUntil }) => validUntil <= time)
    if (old.length > 0) await rows.drop(old, time)
    const last = seen.at(-1)
    if (last === undefined || seen.length < PURGED_ROWS_MAX) return
    after = last
  }
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
