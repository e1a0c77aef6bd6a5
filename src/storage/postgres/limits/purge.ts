import type { Connection } from '../connection.ts'
import type { Transaction } from '../transaction.ts'
import { type LimitKey, openLimitRows, type SeenRow, type Span } from './rows.ts'

const PURGE_EVERY_MS = 60_000
/** Rows that one statement looks at. */
export const PURGED_ROWS_MAX = 500

export interface PurgeParts {
  readonly db: Connection
  readonly transaction: Transaction
  /** Whether a transaction may write one team alone. */
  readonly shardByTeam: boolean
}

/** Removes what has no say any more, portion by portion through the whole table. `now` is the database's where it is
 * absent. */
export async function purge(parts: PurgeParts, now?: number): Promise<void> {
  const rows = openLimitRows(parts.db)
  let after: LimitKey | undefined = { teamId: '', key: '' }
  while (after !== undefined) {
    const seen: readonly SeenRow[] = await rows.findAfter(after, PURGED_ROWS_MAX)
    const time = now ?? seen[0]?.now ?? 0
    await dropOld(parts, spansOf(seen, after, time), time)
    after = seen.length < PURGED_ROWS_MAX ? undefined : seen.at(-1)
  }
}

/** Team by team, in the order in which everybody holds rows. */
async function dropOld({ transaction, shardByTeam }: PurgeParts, spans: readonly Span[], now: number): Promise<void> {
  const shares = shardByTeam ? spans.map((span) => [span]) : [spans]
  for (const share of shares) {
    if (share.length === 0) continue
    await transaction(async (db) => {
      const rows = openLimitRows(db)
      await Promise.all(share.map((span) => rows.dropOld(span, now)))
    })
  }
}

/** One for each team that has something old among the rows. */
function spansOf(seen: readonly SeenRow[], after: LimitKey, now: number): readonly Span[] {
  return [...Map.groupBy(seen, ({ teamId }) => teamId)].flatMap(([teamId, ofTeam]) => {
    const last = ofTeam.at(-1)
    if (last === undefined || ofTeam.every(({ validUntil }) => validUntil > now)) return []
    return [{ teamId, after: teamId === after.teamId ? after.key : '', last: last.key }]
  })
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
