import { setTimeout } from 'node:timers/promises'
import type { TeamId } from '../domain/ids.ts'
import type { Store } from '../storage/store.ts'

export const DAY_MS = 86_400_000
/** Entries that are removed in one transaction. */
const TRIMMED_MAX = 200
/** How much longer than a removal the rest after it is, so that calls have the store to themselves most of the time. */
const REST_FACTOR = 4
const REST_MS_MAX = 1000
/** Age of an entry that goes although somebody has still to take it. */
const UNREAD_DAYS_MAX = 365

export interface TrimOptions {
  readonly store: Pick<Store, 'readLog' | 'trimLog'>
  /** Unix milliseconds. */
  readonly now: number
  readonly retentionMs: number
  readonly onTrimmed: ((entries: number) => void) | undefined
  /** Whether to leave the rest to whoever comes next. */
  readonly isOver: () => boolean
}

/** Removes what is too old from the log of one team. Stuck: nothing could go, as somebody has still to take it. */
export async function trimLog(
  teamId: TeamId,
  { store, now, retentionMs, onTrimmed, isOver }: TrimOptions,
): Promise<'trimmed' | 'stuck'> {
  const old = { before: now - retentionMs, unreadBefore: now - Math.max(retentionMs, UNREAD_DAYS_MAX * DAY_MS) }
  // The last entry stays, however old it is.
  const [first, second] = await store.readLog(teamId, 0, 2)
  if (first === undefined || second === undefined || first.at >= old.before) return 'trimmed'
  for (let total = 0; ; ) {
    const start = performance.now()
    const removed = await store.trimLog(teamId, old, TRIMMED_MAX)
    if (removed > 0) onTrimmed?.(removed)
    total += removed
    if (removed === 0 || isOver()) return total === 0 ? 'stuck' : 'trimmed'
    await setTimeout(Math.min((performance.now() - start) * REST_FACTOR, REST_MS_MAX))
  }
}
