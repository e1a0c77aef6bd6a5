import { type LogEntry, userIdOf } from '../domain/event.ts'
import type { TeamId } from '../domain/ids.ts'
import { isToldToAll } from '../domain/team-prefs.ts'
import { allTeams } from '../storage/all-teams.ts'
import type { Store } from '../storage/store.ts'
import { ENTRIES_MAX } from './page-of.ts'
import type { DeliverySeen } from './ports.ts'

const READ_MAX = 1000

/** The last entries of all logs, oldest first. */
export async function findEvents(store: Store): Promise<EventShown[]> {
  return (await findOfAllTeams(store, (teamId) => findLastEntries(store, teamId))).map(showEvent)
}

async function findLastEntries(store: Store, teamId: TeamId): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = []
  let after = Math.max(0, (await store.findLastSeq(teamId)) - ENTRIES_MAX)
  for (;;) {
    const page = await store.readLog(teamId, after, READ_MAX)
    entries.push(...page)
    after = page.at(-1)?.seq ?? after
    if (page.length < READ_MAX) return entries
  }
}

/** The numbers of different teams say nothing about each other, so their entries stand in the order of time. Within a team
 * its log decides: an entry may have the time of an earlier moment. */
async function findOfAllTeams(
  store: Store,
  find: (teamId: TeamId) => Promise<readonly LogEntry[]>,
): Promise<readonly LogEntry[]> {
  const told: { readonly entry: LogEntry; readonly at: number }[] = []
  for await (const { id } of allTeams(store)) {
    let at = 0
    for (const entry of await find(id)) {
      at = Math.max(at, entry.at)
      told.push({ entry, at })
    }
  }
  return told
    .sort((one, other) => one.at - other.at)
    .slice(-ENTRIES_MAX)
    .map(({ entry }) => entry)
}

function idOf({ teamId, seq }: LogEntry): string {
  return `${teamId}-${seq}`
}

export interface EventShown {
  readonly id: string
  readonly seq: number
  /** Unix seconds, with milliseconds. */
  readonly at: number
  readonly team: string
  readonly user: string
  readonly kind: LogEntry['kind']
  /** The events that tell of it; none where it is told by mail or message alone. */
  readonly types: readonly string[]
}

function showEvent(entry: LogEntry): EventShown {
  return {
    id: idOf(entry),
    seq: entry.seq,
    at: entry.at / 1000,
    team: entry.teamId,
    user: userIdOf(entry),
    kind: entry.kind,
    types: typesOf(entry),
  }
}

function typesOf(entry: LogEntry): readonly string[] {
  switch (entry.kind) {
    case 'user':
      return entry.types
    case 'tokens_revoked':
      return ['tokens_revoked']
    case 'team_pref_changed':
      return isToldToAll(entry.name) ? ['team_pref_change'] : []
    default:
      return []
  }
}

export interface MessageShown {
  readonly id: string
  readonly seq: number
  readonly at: number
  readonly team: string
  readonly user: string
  readonly text: string
}

/** The last messages of Slackbot, oldest first. */
export async function findMessages(store: Store): Promise<MessageShown[]> {
  const entries = await findOfAllTeams(store, (teamId) => store.findLast(teamId, 'message', ENTRIES_MAX))
  return entries.flatMap((entry) =>
    entry.kind === 'message'
      ? [
          {
            id: idOf(entry),
            seq: entry.seq,
            at: entry.at / 1000,
            team: entry.teamId,
            user: entry.userId,
            text: entry.text,
          },
        ]
      : [],
  )
}

export interface DeliveryShown extends Omit<DeliverySeen, 'teamId' | 'appId' | 'durationMs'> {
  readonly team: string
  readonly app: string
  readonly duration_ms: number
}

export function showDelivery({ teamId, appId, at, durationMs, ...same }: DeliverySeen): DeliveryShown {
  return { ...same, team: teamId, app: appId, at: at / 1000, duration_ms: durationMs }
}
