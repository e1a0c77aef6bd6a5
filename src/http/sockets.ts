import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RawData, ServerOptions, WebSocket, WebSocketServer } from 'ws'
import {
  CLOSE,
  type SocketLine,
  type SocketOpening,
  type SocketRoom,
  type SocketSession,
} from '../delivery/socket-line.ts'
import type { Tickets } from '../delivery/tickets.ts'

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
/** At most so many tokens a second are looked at again. */
const RECHECKS_PER_SECOND_MAX = 1_000
const RECHECK_MS_MIN = 1_000
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
  readonly tickets: Tickets
  readonly socketMode: SocketRoom
  readonly rtm: SocketRoom
  /** Tells of every commit: after one, a token may be revoked or its user gone. Returns how to stop it. */
  readonly onCommit: (listener: () => void) => () => void
  readonly log: { error(fields: object, message: string): void }
  /** Milliseconds; for tests. */
  readonly pingMs?: number
}

export interface SocketServer {
  /** How many connections there are. */
  readonly size: number
  /** For Node's `upgrade` event. */
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Lets no one in any more, says goodbye to everyone, and resolves when all lines are gone. */
  stop(): Promise<void>
}

interface Guest {
  readonly socket: WebSocket
  readonly session: SocketSession
  readonly opening: SocketOpening
  /** Whether it has been heard of since the last ping. */
  heard: boolean
  idleMessages: number
}

/** Lets in whoever has a ticket. Neither `Host` nor `Origin` is asked: clients send what they like there, and the
 * ticket is the authority. */
export function createSocketServer(options: SocketServerOptions): SocketServer {
  const guests = new Set<Guest>()
  let server: Promise<WebSocketServer> | undefined
  const rechecks = createRecheck(guests, options.log)
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
    const opening = readOpening(request, options.tickets)
    if (opening === undefined) return refuse(socket, '403 Forbidden')
    server ??= loadServer()
    const [webSockets, isAllowed] = await Promise.all([server, opening.invitation.isStillAllowed()])
    if (stopping || socket.destroyed) return refuse(socket, '503 Service Unavailable')
    webSockets.handleUpgrade(request, socket, head, (webSocket) => seat(webSocket, opening, isAllowed))
  }

  function seat(socket: WebSocket, opening: SocketOpening, isAllowed: boolean): void {
    socket.on('error', () => socket.terminate())
    const room = opening.invitation.kind === 'rtm' ? options.rtm : options.socketMode
    const line = lineOf(socket)
    if (!isAllowed) {
      room.turnAway(line)
      return
    }
    const guest: Guest = { socket, opening, session: room.open(line, opening), heard: true, idleMessages: 0 }
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
function readOpening(request: IncomingMessage, tickets: Tickets): SocketOpening | undefined {
  const [path = '', text = ''] = (request.url ?? '').split('?', 2)
  const query = new URLSearchParams(text)
  const isRtm = path.startsWith('/websocket/')
  if (!isRtm && path !== '/link/' && path !== '/link') return undefined
  const invitation = tickets.redeem(isRtm ? path.slice('/websocket/'.length) : (query.get('ticket') ?? ''))
  if (invitation === undefined || (invitation.kind === 'rtm') !== isRtm) return undefined
  return { invitation, query }
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

/** Asks of each connection whether its token still allows it: soon after a commit, and not too often. */
function createRecheck(guests: ReadonlySet<Guest>, log: SocketServerOptions['log']): { soon(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined
  let wanted = false

  async function recheck(): Promise<void> {
    for (const { opening, session } of [...guests]) {
      if (!(await opening.invitation.isStillAllowed())) session.revoke()
    }
  }

  function soon(): void {
    if (guests.size === 0) return
    wanted = true
    if (timer !== undefined) return
    run()
  }

  function run(): void {
    timer = undefined
    if (!wanted) return
    wanted = false
    recheck().catch((err) => log.error({ err }, 'The tokens of open sockets could not be checked.'))
    timer = setTimeout(run, Math.max(RECHECK_MS_MIN, (guests.size * 1000) / RECHECKS_PER_SECOND_MAX))
  }

  return { soon, stop: () => clearTimeout(timer) }
}
