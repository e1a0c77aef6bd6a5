import type { LogEntry } from '../domain/event.ts'
import type { TeamId } from '../domain/ids.ts'
import type { Store } from '../storage/store.ts'

const PAGE_ENTRIES = 100
const PAGES_KEPT = 16

/** Reads logs for many readers. Those of a team that stand at the same place, as all do who keep up, share what was
 * read. */
export interface LogPages {
  /** Entries above `after`, oldest first; none where the log ends there. */
  read(teamId: TeamId, after: number): Promise<readonly LogEntry[]>
  clear(): void
}

export function createLogPages(store: Store): LogPages {
  const pages = new Map<string, Promise<readonly LogEntry[]>>()

  return {
    read(teamId, after) {
      const key = `${teamId}/${after}`
      const kept = pages.get(key)
      if (kept !== undefined) return kept
      const page = store.readLog(teamId, after, PAGE_ENTRIES)
      pages.set(key, page)
      const [oldest] = pages.keys()
      if (pages.size > PAGES_KEPT && oldest !== undefined) pages.delete(oldest)
      // Entries never change, so a page may be short of what was added since, but is never wrong; an empty one would be.
      const drop = () => pages.get(key) === page && pages.delete(key)
      page.then((entries) => entries.length === 0 && drop(), drop)
      return page
    },
    clear: () => pages.clear(),
  }
}
