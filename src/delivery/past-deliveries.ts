import type { Store } from '../storage/store.ts'
import type { AppFeed, PastDelivery } from './app-feed.ts'
import type { DeliveryJournal } from './delivery-journal.ts'
import type { Feeds } from './feeds.ts'
import { readerOf } from './find-event.ts'

const ROWS_MAX = 1000

/** What is known of an event by its id, and whose it is: from the last deliveries, or else from what is kept
 * undelivered for an app that is served here. */
export async function findPast(
  id: string,
  journal: DeliveryJournal,
  { store, feeds }: { readonly store: Store; readonly feeds: Feeds },
): Promise<{ readonly past: PastDelivery; readonly feed: AppFeed | undefined } | undefined> {
  const last = journal.find(id)
  if (last !== undefined) return { past: last, feed: feeds.get(last.teamId, last.appId)?.feed }
  for (const { feed } of feeds.all()) {
    const rows = await store.findUndelivered(feed.teamId, readerOf(feed.teamId, feed.appId), ROWS_MAX)
    const row = rows.find((kept) => kept.id === id)
    if (row !== undefined) return { past: { ...row, attempt: row.attempts, ok: false }, feed }
  }
  return undefined
}
