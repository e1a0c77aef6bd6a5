import type { LogEntry } from '../domain/event.ts'
import type { Store } from '../storage/store.ts'

const PAGE_ENTRIES = 100
const PAGES_KEPT = 4

/** Reads the log for many readers. Those that stand at the same place, as all do who keep up, share what was read. */
export interface LogPages {
  /** Entries above `after`, oldest first; none where the log ends there. */
  read(after: number): Promise<readonly LogEntry[]>
  clear(): void
}

export function createLogPages(store: Store): LogPages {
  const pages = new Map<number, Promise<readonly LogEntry[]>>()

  return {
    read(after) {
      const kept = pages.get(after)
      if (kept !== undefined) return kept
      const page = store.readLog(after, PAGE_ENTRIES)
      pages.set(after, page)
      const [oldest] = pages.keys()
      if (pages.size > PAGES_KEPT && oldest !== undefined) pages.delete(oldest)
      // Entries never change, so a page may be short of what was added since, but is never wrong; an empty one would be.
      const drop = () => pages.get(after) === page && pages.delete(after)
      page.then((entries) => entries.length === 0 && drop(), drop)
      return page
    },
    clear: () => pages.clear(),
  }
}
