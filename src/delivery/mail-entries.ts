import type { Store } from '../storage/store.ts'
import { isMailEntry, type MailEntry } from './mail-texts.ts'

const KINDS = ['email_changed', 'email_requested'] as const
const FIRST_LOOK = 8
const LOOK_MAX = 10_000
const PAGE_ENTRIES = 1000

/** The entries above `after` that are told by mail, oldest first. They are few among many: the index of their kinds finds
 * them without reading every change of a profile on the way. */
export async function findMailEntries(store: Store, after: number): Promise<MailEntry[]> {
  const found = await Promise.all(KINDS.map((kind) => findOfKind(store, kind, after)))
  if (found.some((entries) => entries === undefined)) return readPages(store, after)
  return found.flatMap((entries) => entries ?? []).sort((one, other) => one.seq - other.seq)
}

/** Nothing where there may be more of them than one look can tell. */
async function findOfKind(store: Store, kind: (typeof KINDS)[number], after: number): Promise<MailEntry[] | undefined> {
  for (let limit = FIRST_LOOK; limit <= LOOK_MAX; limit = nextLook(limit)) {
    const entries = await store.findLast(kind, limit)
    const [oldest] = entries
    if (entries.length < limit || oldest === undefined || oldest.seq <= after) {
      return entries.filter(isMailEntry).filter(({ seq }) => seq > after)
    }
    if (limit === LOOK_MAX) return undefined
  }
  return undefined
}

function nextLook(limit: number): number {
  return limit >= LOOK_MAX ? LOOK_MAX + 1 : Math.min(limit * 8, LOOK_MAX)
}

/** After an outage of weeks: page by page, as far as the first page that has some. */
async function readPages(store: Store, after: number): Promise<MailEntry[]> {
  let position = after
  for (;;) {
    const page = await store.readLog(position, PAGE_ENTRIES)
    const mails = page.filter(isMailEntry)
    if (mails.length > 0 || page.length === 0) return mails
    position = page.at(-1)?.seq ?? position
    // Others have their turn between the pages.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
