import { setImmediate } from 'node:timers/promises'
import type { LogEntry } from '../domain/event.ts'
import type { Grant } from '../domain/grant.ts'
import type { Commit, Store } from '../storage/store.ts'
import { wireEvents } from './event-body.ts'
import { GOODBYE, HELLO, replyTo } from './rtm-messages.ts'
import { CLOSE, type SocketLine, type SocketOpening, type SocketRoom, type SocketSession } from './socket-line.ts'
import { viewerOf } from './viewers.ts'

const PAGE_ENTRIES = 100
const CONNECTIONS_PER_USER_MAX = 10
/** After so many messages, other work has its turn. */
const MESSAGES_PER_TURN = 500

export interface RtmOptions {
  readonly store: Store
  /** Where this server is reached, without a slash at the end. */
  readonly publicUrl: () => string
  readonly log: { error(fields: object, message: string): void }
}

/** The connections of the Real Time Messaging API. They hear what is committed while they are open; nothing is kept
 * for them. */
export interface Rtm extends SocketRoom {
  /** Reads the log no more. */
  stop(): void
}

interface Member {
  readonly line: SocketLine
  readonly grant: Grant
  /** The last entry before it came. */
  after: number
}

export function createRtm({ store, publicUrl, log }: RtmOptions): Rtm {
  const members = new Set<Member>()
  /** The last entry that was told. */
  let position = 0
  let isReading = false
  let isBehind = false
  let stopped = false
  const stopListening = store.onCommit(hear)

  function hear({ lastSeq }: Commit): void {
    // A store that was set back begins to count again from there.
    if (lastSeq < position) {
      position = lastSeq
      for (const member of members) member.after = Math.min(member.after, lastSeq)
    }
    isBehind = true
    if (!isReading) read()
  }

  function read(): void {
    isReading = true
    readOn()
      .catch((err) => log.error({ err }, 'The log could not be read for RTM; it is tried again after the next change.'))
      .finally(() => {
        isReading = false
      })
  }

  async function readOn(): Promise<void> {
    while (isBehind) {
      isBehind = false
      for (let entries = await readPage(); entries.length > 0; entries = await readPage()) {
        for (const entry of entries) {
          position = entry.seq
          await tell(entry)
        }
      }
    }
  }

  async function readPage(): Promise<readonly LogEntry[]> {
    return members.size === 0 || stopped ? [] : store.readLog(position, PAGE_ENTRIES)
  }

  async function tell(entry: LogEntry): Promise<void> {
    const listeners = [...members].filter(({ grant, after }) => grant.teamId === entry.teamId && after < entry.seq)
    if (listeners.length === 0 || (entry.kind !== 'user' && entry.kind !== 'message')) return
    const team = await store.getTeam(entry.teamId)
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

  function open(line: SocketLine, { invitation: { grant } }: SocketOpening): SocketSession {
    const own = [...members].filter((other) => isSamePerson(other.grant, grant))
    if (own.length >= CONNECTIONS_PER_USER_MAX) own[0]?.line.close(CLOSE.policy, 'too many connections')
    const { lastSeq } = store.stats()
    if (members.size === 0) position = lastSeq
    const member: Member = { line, grant, after: lastSeq }
    members.add(member)
    line.send(HELLO)
    return {
      receive(text) {
        const reply = replyTo(text)
        if (reply !== undefined) line.send(reply)
        // Each message counts against the client, whatever it says.
        return false
      },
      revoke: () => line.close(CLOSE.policy, 'token no longer valid'),
      retire() {
        line.send(GOODBYE)
        line.close(CLOSE.goingAway, 'goodbye')
      },
      closed: () => members.delete(member),
    }
  }

  return {
    open,
    turnAway: (line) => line.close(CLOSE.policy, 'token no longer valid'),
    stop() {
      stopped = true
      stopListening()
    },
  }
}

function isSamePerson(one: Grant, other: Grant): boolean {
  return one.teamId === other.teamId && one.userId === other.userId
}

/** RTM asks for no scope to see people, beside its own. */
function eyesOf(grant: Grant): ReturnType<typeof viewerOf> {
  return viewerOf({ ...grant, scopes: [...grant.scopes, 'users:read'] })
}

/** Connections of the same view are told the same text. */
function viewOf(entry: LogEntry & { readonly kind: 'user' | 'message' }, { scopes, userId }: Grant): string {
  const about = entry.kind === 'user' ? entry.user.id : entry.userId
  return `${about === userId} ${scopes.includes('users:read.email')}`
}

function writeEvents(entry: LogEntry, telling: Parameters<typeof wireEvents>[1]): readonly string[] {
  return wireEvents(entry, telling).map((event) => JSON.stringify(event))
}
