import { setImmediate } from 'node:timers/promises'
import { type LogEntry, userIdOf } from '../domain/event.ts'
import type { Grant } from '../domain/grant.ts'
import type { TeamId } from '../domain/ids.ts'
import type { Team } from '../domain/team.ts'
import type { Store } from '../storage/store.ts'
import type { SocketLine } from './socket-line.ts'
import { viewerOf } from './viewers.ts'
import { type Telling, wireEvents } from './wire-events.ts'

const PAGE_ENTRIES = 100
/** After so many messages, other work has its turn. */
const MESSAGES_PER_TURN = 500
/** How soon a log that could not be read is read again. */
const READ_AGAIN_MS = 1000

export interface RtmOptions {
  readonly store: Store
  /** Where this server is reached, without a slash at the end. */
  readonly publicUrl: () => string
  readonly log: { error(fields: object, message: string): void }
}

/** The connections of one team. */
export interface RtmRoom {
  readonly members: ReadonlySet<RtmMember>
  /** Resolves when the member hears of everything that is committed from now on. */
  join(member: RtmMember): Promise<void>
  leave(member: RtmMember): void
  /** Reads the log no more. */
  close(): void
}

export interface RtmMember {
  readonly line: SocketLine
  readonly grant: Grant
  /** The last entry before it came; absent while that is looked for. */
  after?: number
}

export function createRtmRoom({ store, publicUrl, log }: RtmOptions, teamId: TeamId): RtmRoom {
  const members = new Set<RtmMember>()
  /** The last entry, as far as is known here, and the last that was told. */
  let end = 0
  let position: number | undefined
  let isReading = false
  let isFailing = false
  let isClosed = false
  let again: NodeJS.Timeout | undefined
  const stopFollowing = store.follow(teamId, hear)

  function hear(lastSeq: number): void {
    // A store that was set back begins to count again from there.
    if (position !== undefined && lastSeq < position) {
      position = lastSeq
      for (const member of members) member.after &&= Math.min(member.after, lastSeq)
    }
    end = lastSeq
    readSoon()
  }

  function readSoon(): void {
    if (isReading) return
    isReading = true
    readOn().then(() => {
      isFailing = false
    }, readLater)
  }

  /** There may be no further change that would be heard of. */
  function readLater(err: unknown): void {
    if (!isFailing) log.error({ err }, 'The log could not be read for RTM; it is tried again every second.')
    isFailing = true
    clearTimeout(again)
    if (!isClosed) again = setTimeout(readSoon, READ_AGAIN_MS).unref()
  }

  /** It ends in the turn of its last look: whoever hears of a change after that finds that nobody reads. */
  async function readOn(): Promise<void> {
    try {
      while (position !== undefined && position < end && members.size > 0 && !isClosed) {
        const after: number = position
        const page = await store.readLog(teamId, after, PAGE_ENTRIES)
        if (page.length === 0) return
        const team = await store.getTeam(teamId)
        // The log was set back meanwhile.
        if (position !== after) continue
        for (const entry of page) {
          position = entry.seq
          await tell(entry, team)
        }
      }
    } finally {
      isReading = false
    }
  }

  async function tell(entry: LogEntry, team: Team): Promise<void> {
    const listeners = [...members].filter(({ after = entry.seq }) => after < entry.seq)
    if (listeners.length === 0 || !isTold(entry)) return
    const written = new Map<string, readonly string[]>()
    let sent = 0
    for (const { line, grant } of listeners) {
      const key = viewOf(entry, grant)
      const texts = written.get(key) ?? writeEvents(entry, { team, publicUrl: publicUrl(), viewer: eyesOf(grant) })
      written.set(key, texts)
      for (const text of texts) line.send(text)
      sent += texts.length
      if (sent % MESSAGES_PER_TURN < texts.length) await setImmediate()
    }
  }

  return {
    members,
    async join(member) {
      members.add(member)
      const lastSeq = await store.findLastSeq(teamId)
      member.after = lastSeq
      position ??= lastSeq
      // What was committed meanwhile has been heard of already.
      readSoon()
    },
    leave: (member) => members.delete(member),
    close() {
      isClosed = true
      clearTimeout(again)
      stopFollowing()
    },
  }
}

type ToldEntry = LogEntry & { readonly kind: 'user' | 'message' | 'team_pref_changed' }

function isTold(entry: LogEntry): entry is ToldEntry {
  return entry.kind === 'user' || entry.kind === 'message' || entry.kind === 'team_pref_changed'
}

/** RTM asks for no scope to see people, beside its own. */
function eyesOf(grant: Grant): ReturnType<typeof viewerOf> {
  return viewerOf({ ...grant, scopes: [...grant.scopes, 'users:read'] })
}

/** Connections of the same view are told the same text. */
function viewOf(entry: ToldEntry, { scopes, userId }: Grant): string {
  const about = userIdOf(entry)
  return `${about === userId} ${scopes.includes('users:read.email')}`
}

function writeEvents(entry: LogEntry, telling: Telling): readonly string[] {
  return wireEvents(entry, telling).map((event) => JSON.stringify(event))
}
