import type { LogEntry } from '../domain/event.ts'
import type { TeamId } from '../domain/ids.ts'
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

/** The store of `dev` numbers the entries of all teams in one row. */
async function findOfAllTeams(
  store: Store,
  find: (teamId: TeamId) => Promise<readonly LogEntry[]>,
): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = []
  for (const team of await store.findTeams(null, READ_MAX)) entries.push(...(await find(team.id)))
  return entries.sort((one, other) => one.seq - other.seq).slice(-ENTRIES_MAX)
}

export interface EventShown {
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
    seq: entry.seq,
    at: entry.at / 1000,
    team: entry.teamId,
    user: entry.kind === 'user' ? entry.user.id : entry.userId,
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
    default:
      return []
  }
}

export interface MessageShown {
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
      ? [{ seq: entry.seq, at: entry.at / 1000, team: entry.teamId, user: entry.userId, text: entry.text }]
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
