import type { TeamId } from '../domain/ids.ts'
import { AppFeed } from './app-feed.ts'
import type { FeedFacts, FeedParts } from './feed-parts.ts'
import { readerOf } from './find-event.ts'
import { Place } from './place.ts'

/** As many rows as the store lists. */
const WAITING_ROWS_MAX = 1000

/** Begins where the app's reader stopped, with what it could not deliver. A new reader's beginning is saved before
 * anything else is, so that what is committed from now on is told even if the server dies at once. */
export async function openFeed(parts: FeedParts, facts: FeedFacts): Promise<AppFeed> {
  const reader = readerOf(facts.teamId, facts.appId)
  const { store, log } = parts
  const { teamId, startAfter, held } = facts
  const found = await store.findCursor(teamId, reader)
  const cursor = await withinLog(parts, teamId, found ?? startAfter)
  if (found !== cursor) await store.saveProgress({ teamId, reader, cursor, lease: held.lease })
  const rows = (await store.findUndelivered(teamId, reader, WAITING_ROWS_MAX)).filter(({ nextAt }) => nextAt !== null)
  return new AppFeed(parts, facts, { rows, place: new Place({ store, teamId, reader, cursor, held, log }, rows) })
}

/** Of a store that was set back, the end. What this node knows of the end may be older than the place, where another node
 * has just told the app: then the store is asked. */
async function withinLog({ store, lastSeq }: FeedParts, teamId: TeamId, cursor: number): Promise<number> {
  return cursor <= lastSeq(teamId) ? cursor : Math.min(cursor, await store.findLastSeq(teamId))
}
