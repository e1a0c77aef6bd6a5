import type { Store } from '../storage/store.ts'
import type { AppFeed } from './app-feed.ts'
import type { DeliveryJournal, PastDelivery } from './delivery-journal.ts'
import type { Feeds } from './feeds.ts'
import { readerOf } from './find-event.ts'

/** What is known of an event by its id, and whose it is: from the last deliveries, or else from what is kept
 * undelivered for an app that is served here. */
export async function findPast(
  id: string,
  journal: DeliveryJournal,
  { store, feeds }: { readonly store: Pick<Store, 'findUndeliveredById'>; readonly feeds: Feeds },
): Promise<{ readonly past: PastDelivery; readonly feed: AppFeed | undefined } | undefined> {
  const last = journal.find(id)
  if (last !== undefined) return { past: last, feed: feeds.get(last.teamId, last.appId)?.feed }
  for (const teamId of feeds.teams()) {
    const row = await store.findUndeliveredById(teamId, id)
    const open = feeds.ofTeam(teamId).find(({ feed }) => readerOf(teamId, feed.appId) === row?.reader)
    if (row !== undefined && open !== undefined) {
      return { past: { ...row, attempt: row.attempts, ok: false }, feed: open.feed }
    }
  }
  return undefined
}
