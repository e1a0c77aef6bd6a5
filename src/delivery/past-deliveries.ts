import type { Store } from '../storage/store.ts'
import type { PastDelivery } from './app-feed.ts'
import type { DeliveryJournal } from './delivery-journal.ts'
import { readerOf } from './find-event.ts'

const ROWS_MAX = 1000

/** What is known of an event by its id: from the last deliveries, or else from what is kept undelivered. */
export async function findPast(
  id: string,
  journal: DeliveryJournal,
  store: Store,
): Promise<(PastDelivery & { readonly reader: string }) | undefined> {
  const last = journal.find(id)
  if (last !== undefined) return { ...last, reader: readerOf(last.teamId, last.appId) }
  const row = (await store.findUndelivered(null, ROWS_MAX)).find((kept) => kept.id === id)
  return row && { id, seq: row.seq, attempt: row.attempts, ok: false, reason: row.reason, reader: row.reader }
}
