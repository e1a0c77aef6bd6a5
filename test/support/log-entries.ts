import type { LogEntry } from '../../src/domain/event.ts'
import { allTeams } from '../../src/storage/all-teams.ts'
import type { Store } from '../../src/storage/store.ts'

const PAGE_ENTRIES = 1000

/** What the logs of all teams tell, one team after the other, oldest first. */
export async function findLogEntries(store: Store): Promise<LogEntry[]> {
  const entries: LogEntry[] = []
  for await (const { id } of allTeams(store)) {
    for (let after = 0, isLast = false; !isLast; ) {
      const page: readonly LogEntry[] = await store.readLog(id, after, PAGE_ENTRIES)
      entries.push(...page)
      after = page.at(-1)?.seq ?? after
      isLast = page.length < PAGE_ENTRIES
    }
  }
  return entries
}

/** The same as `type userId`, of a changed setting with its name. */
export async function findEventNames(store: Store): Promise<string[]> {
  const entries = await findLogEntries(store)
  return entries.flatMap((entry) => {
    if (entry.kind === 'team_pref_changed') return [`team_pref_change ${entry.userId} ${entry.name}`]
    return entry.kind === 'user' ? entry.types.map((type) => `${type} ${entry.user.id}`) : []
  })
}
