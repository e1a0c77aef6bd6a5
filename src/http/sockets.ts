import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RawData, ServerOptions, WebSocket, WebSocketServer } from 'ws'
import { CLOSE, type SocketLine, type SocketRoom, type SocketSession } from '../delivery/socket-line.ts'
import type { Tickets } from '../delivery/tickets.ts'
import type { Grant } from '../domain/grant.ts'
import type { Admission, SocketPass } from '../web-api/sockets.ts'
import { createRecheck } from './recheck-sockets.ts'

/** Bounds of the sockets. */
const SOCKETS_MAX = 5_000
const MESSAGE_BYTES_MAX = 64 * 1024
const FRAGMENTS_MAX = 256
/** What may wait for a client that reads slowly. */
const BUFFERED_BYTES_MAX = 1024 * 1024
/** Messages of no use that a client may send between two pings. */
const IDLE_MESSAGES_MAX = 1_000
/** Slack's clients give up a connection that has been silent for thirty seconds. */
const PING_MS = 10_000
/** How long a client has to answer a close. */
const CLOSE_MS = 2_000

/** The published types lack the last two. */
const SERVER_OPTIONS: ServerOptions & { readonly maxFragments: number; readonly closeTimeout: number } = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: MESSAGE_BYTES_MAX,
  maxFragments: FRAGMENTS_MAX,
  closeTimeout: CLOSE_MS,
}

export interface SocketServerOptions {
  readonly tickets: Pick<Tickets, 'redeem'>
  readonly admission: Admission
  /** Whether other processes may revoke tokens. */
  readonly isShared: boolean
  readonly socketMode: SocketRoom
  readonly rtm: SocketRoom
  /** Tells of every commit: after one, a token may be revoked or its user gone. Returns how to stop it. */
  readonly onCommit: (listener: () => void) => () => void
  readonly log: { error(fields: object, message: string): void }
  /** Milliseconds; for tests. */
  readonly pingMs?: number
}

export interface SocketCounts {
  readonly socketMode: number
  readonly rtm: number
}

export interface SocketServer {
  /** How many connections there are. */
  readonly size: number
  counts(): SocketCounts
  /** For Node's `upgrade` event. */
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Lets no one in any more, says goodbye to everyone, and resolves when all lines are gone. */
  stop(): Promise<void>
}

interface Guest {
  readonly socket: WebSocket
  readonly session: SocketSession
  readonly pass: SocketPass
  /** Whether it has been heard of since the last ping. */
  heard: boolean
  idleMessages: number
}

/** What somebody shows at the door. */
interface Shown {
  readonly kind: SocketPass['kind']
  readonly ticket: string
  readonly query: URLSearchParams
}

interface Opening {
  readonly pass: SocketPass
  /** Absent where the ticket was good and the token no longer is. */
  readonly grant: Grant | undefined
  readonly query: URLSearchParams
}

/** Lets in whoever has a ticket. Neither `Host` nor `Origin` is asked: clients send what they like there, and the
 * ticket is the authority. */
export function createSocketServer(options: SocketServerOptions): SocketServer {
  const guests = new Set<Guest>()
  let server: Promise<WebSocketServer> | undefined
  const { admission, isShared, log } = options
  const rechecks = createRecheck({ guests, admission, isShared, log })
  const stopListening = options.onCommit(rechecks.soon)
  const pings = setInterval(() => {
    for (const guest of guests) pingOrDrop(guest)
    // A token may end by its time alone.
    rechecks.soon()
  }, options.pingMs ?? PING_MS)
  pings.unref()
  let stopping = false
  let allGone: (() => void) | undefined

  async function letIn(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (stopping || guests.size >= SOCKETS_MAX) return refuse(socket, '503 Service Unavailable')
    const shown = readTicket(request)
    const pass = shown && (await options.tickets.redeem(shown.ticket))
    if (pass === undefined || pass.kind !== shown?.kind) return refuse(socket, '403 Forbidden')
    server ??= loadServer()
    const [webSockets, grant] = await Promise.all([server, admission.admit(pass)])
    if (stopping || socket.destroyed) return refuse(socket, '503 Service Unavailable')
    const { query } = shown
    webSockets.handleUpgrade(request, socket, head, (webSocket) => seat(webSocket, { pass, grant, query }))
  }

  function seat(socket: WebSocket, { pass, grant, query }: Opening): void {
    socket.on('error', () => socket.terminate())
    const room = pass.kind === 'rtm' ? options.rtm : options.socketMode
    const line = lineOf(socket)
    if (grant === undefined) {
      room.turnAway(line)
      return
    }
    const session = room.open(line, { grant, query })
    const guest: Guest = { socket, session, pass, heard: true, idleMessages: 0 }
    guests.add(guest)
    socket.on('pong', () => {
      guest.heard = true
    })
    socket.on('message', (data, isBinary) => hear(guest, line, data, isBinary))
    socket.on('close', () => {
      guests.delete(guest)
      guest.session.closed()
      if (guests.size === 0) allGone?.()
    })
  }

  return {
    get size() {
      return guests.size
    },
    counts() {
      const rtm = [...guests].filter(({ pass }) => pass.kind === 'rtm').length
      return { rtm, socketMode: guests.size - rtm }
    },
    onUpgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      letIn(request, socket, head).catch((err) => {
        options.log.error({ err }, 'A socket could not be opened.')
        refuse(socket, '500 Internal Server Error')
      })
    },
    async stop() {
      stopping = true
      stopListening()
      clearInterval(pings)
      rechecks.stop()
      if (guests.size === 0) return
      const gone = new Promise<void>((resolve) => {
        allGone = resolve
      })
      for (const { session } of guests) session.retire()
      // What does not answer the close is cut by the WebSocket library after `closeTimeout`.
      for (const { socket } of guests) socket.close(CLOSE.goingAway)
      await gone
    },
  }
}

/** Many servers never see a WebSocket: the library is loaded for the first one. */
async function loadServer(): Promise<WebSocketServer> {
  const library = await import('ws')
  return new library.WebSocketServer(SERVER_OPTIONS)
}

/** `/link/?ticket=…&app_id=…` for Socket Mode, `/websocket/TICKET` for RTM. */
function readTicket(request: IncomingMessage): Shown | undefined {
  const [path = '', text = ''] = (request.url ?? '').split('?', 2)
  const query = new URLSearchParams(text)
  if (path.startsWith('/websocket/')) return { kind: 'rtm', ticket: path.slice('/websocket/'.length), query }
  if (path !== '/link/' && path !== '/link') return undefined
  return { kind: 'socket-mode', ticket: query.get('ticket') ?? '', query }
}

function refuse(socket: Duplex, status: string): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy())
}

function lineOf(socket: WebSocket): SocketLine {
  return {
    send(text) {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > BUFFERED_BYTES_MAX) socket.close(CLOSE.policy, 'reads too slowly')
      else socket.send(text)
    },
    close: (code, reason) => socket.close(code, reason),
  }
}

function hear(guest: Guest, line: SocketLine, data: RawData, isBinary: boolean): void {
  guest.heard = true
  if (!isBinary && guest.session.receive(String(data))) return
  guest.idleMessages += 1
  if (guest.idleMessages > IDLE_MESSAGES_MAX) line.close(CLOSE.policy, 'too many messages')
}

function pingOrDrop(guest: Guest): void {
  if (!guest.heard) {
    guest.socket.terminate()
    return
  }
  guest.heard = false
  guest.idleMessages = 0
  guest.socket.ping()
}
