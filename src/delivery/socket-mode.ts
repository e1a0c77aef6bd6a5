import { CLOSE, type SocketLine, type SocketOpening, type SocketRoom, type SocketSession } from './socket-line.ts'
import {
  type Acknowledgement,
  type ConnectionTimes,
  type EventToSend,
  SocketModeConnection,
} from './socket-mode-connection.ts'
import { disconnectMessage, helloMessage } from './socket-mode-messages.ts'
import type { AppName } from './transport.ts'

/** Slack: "up to 10 open WebSocket connections at the same time" — Using Socket Mode */
export const CONNECTIONS_PER_APP_MAX = 10
/** About what Slack's own `hello` announces. */
const LIFETIME_MS = 5 * 3600 * 1000
/** Slack: "significantly shorter (360 seconds)" with `debug_reconnects=true`. */
const DEBUG_LIFETIME_MS = 360 * 1000
const WARNING_MS = 10_000
/** Slack: an event is acknowledged within three seconds. */
const ACKNOWLEDGE_MS = 3_000

export interface SocketModeOptions {
  /** Where this server is reached; the name in it stands in `debug_info`. */
  readonly publicUrl: () => string
  /** In place of the usual times. */
  readonly times?: Partial<ConnectionTimes>
}

/** The connections of all apps. */
export interface SocketMode extends SocketRoom {
  /** Whether the app has a connection that takes events. */
  isOpen(app: AppName): boolean
  /** Sends an event to one of the app's connections; `undefined` where none is open. */
  deliver(app: AppName, event: EventToSend): Promise<Acknowledgement> | undefined
  /** Calls `listener` whenever a connection begins or ceases to take events. Returns how to stop it. */
  onChange(listener: (app: AppName) => void): () => void
}

export function createSocketMode({ publicUrl, times = {} }: SocketModeOptions): SocketMode {
  const rooms = new Map<string, Set<SocketModeConnection>>()
  const listeners = new Set<(app: AppName) => void>()
  const startedAt = Date.now()
  const host = () => new URL(publicUrl()).host
  let turns = 0

  function open(line: SocketLine, { grant, query }: SocketOpening): SocketSession {
    const { teamId, appId } = grant
    if (appId === null) throw new Error('A ticket for Socket Mode names an app.')
    const key = keyOf({ teamId, appId })
    const room = rooms.get(key) ?? new Set()
    const isFull = [...room].filter(({ isOpen }) => isOpen).length >= CONNECTIONS_PER_APP_MAX
    if (isFull) return refuse(line)

    const connectionTimes = timesOf(query)
    const onShut = () => tell({ teamId, appId })
    const connection = new SocketModeConnection(line, { host: host(), times: connectionTimes, onShut })
    rooms.set(key, room.add(connection))
    const lifetimeSeconds = Math.ceil(connectionTimes.lifetimeMs / 1000)
    line.send(helloMessage({ appId, connections: room.size, host: host(), startedAt, lifetimeSeconds }))
    tell({ teamId, appId })
    return {
      receive: (text) => connection.receive(text),
      revoke: () => connection.end('link_disabled', CLOSE.policy),
      retire: () => connection.end('refresh_requested', CLOSE.goingAway),
      closed() {
        room.delete(connection)
        if (room.size === 0) rooms.delete(key)
        connection.closed()
      },
    }
  }

  function tell(app: AppName): void {
    for (const listener of listeners) listener(app)
  }

  function timesOf(query: URLSearchParams): ConnectionTimes {
    const lifetimeMs = times.lifetimeMs ?? (query.get('debug_reconnects') === 'true' ? DEBUG_LIFETIME_MS : LIFETIME_MS)
    return {
      lifetimeMs,
      warningMs: times.warningMs ?? WARNING_MS,
      acknowledgeMs: times.acknowledgeMs ?? ACKNOWLEDGE_MS,
    }
  }

  /** Slack tells the eleventh connection so in place of `hello`; the ten others stay (docs/decisions/0043). */
  function refuse(line: SocketLine): SocketSession {
    line.send(disconnectMessage('too_many_websockets', host()))
    line.close(CLOSE.policy, 'too_many_websockets')
    return { receive: () => false, revoke: () => undefined, retire: () => undefined, closed: () => undefined }
  }

  return {
    open,
    turnAway(line) {
      line.send(disconnectMessage('link_disabled', host()))
      line.close(CLOSE.policy, 'link_disabled')
    },
    isOpen: (app) => [...(rooms.get(keyOf(app)) ?? [])].some((connection) => connection.isOpen),
    deliver(app, event) {
      const connection = chooseConnection(rooms.get(keyOf(app)) ?? [])
      if (connection === undefined) return undefined
      turns += 1
      connection.turn = turns
      return connection.deliver(event)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function keyOf({ teamId, appId }: AppName): string {
  return `${teamId}/${appId}`
}

/** The one that answers, then the least busy, then the one whose turn is longest ago. So an event that was not
 * acknowledged is tried on another connection. */
function chooseConnection(connections: Iterable<SocketModeConnection>): SocketModeConnection | undefined {
  let best: SocketModeConnection | undefined
  for (const connection of connections) {
    if (connection.isOpen && (best === undefined || comesBefore(connection, best))) best = connection
  }
  return best
}

function comesBefore(a: SocketModeConnection, b: SocketModeConnection): boolean {
  if (a.lapses !== b.lapses) return a.lapses < b.lapses
  if (a.inFlight !== b.inFlight) return a.inFlight < b.inFlight
  return a.turn < b.turn
}
