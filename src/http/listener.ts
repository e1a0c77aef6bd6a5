import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '../domain/errors.ts'
import { http } from '../node-http.ts'
import type { Answer, Call } from '../web-api/call.ts'
import { createApiHandler, refuseForRoom, refuseHostless } from './api.ts'
import { createBodyRoom, reserveRoom } from './body-room.ts'
import { answerBrokenRequest } from './broken-request.ts'
import { openPort } from './open-port.ts'
import { createRest, type RestOptions } from './rest.ts'

/** Bounds of the listener. Headers: the Open Context Protocol's session header grows past Node's own 16 KiB. */
const HEADER_BYTES_MAX = 80 * 1024
const HEADERS_TIMEOUT_MS = 20_000
const REQUEST_TIMEOUT_MS = 30_000
const TIMEOUT_CHECK_MS = 2_000
const KEEP_ALIVE_MS = 72_000
const CONNECTIONS_MAX = 10_000
/** How long calls that are running have to come to their end. */
export const DRAIN_MS = 8_000

export interface ListenOptions extends RestOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly answerCall: (call: Call) => Promise<Answer>
  /** How long a call may take to arrive; 30 s unless said. */
  readonly requestTimeoutMs?: number
  /** Hears of what was refused before it became a call. It is quick, and never throws. */
  readonly onTurnedAway?: (code: ErrorCode) => void
  /** Takes requests for a WebSocket; without it they are answered like any other. */
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

export interface Listener {
  readonly port: number
  /** Stops accepting, lets what is running finish, then cuts what is left. */
  close(cutAfterMs?: number): Promise<void>
}

/** Opens the port. `/api/` goes its own short way; Fastify serves the rest. */
export async function listen(options: ListenOptions): Promise<Listener> {
  let draining = false
  const room = createBodyRoom()
  const handleApi = createApiHandler(options.answerCall, () => draining, options.onTurnedAway, room)
  const rest = createRest(options)
  const handle: RequestListener = (request, response) => {
    if (lacksHost(request)) return refuseHostless(response, options.onTurnedAway)
    request.url = withoutOrigin(request.url ?? '')
    if (draining || isWebApi(request.url)) handleApi(request, response)
    else if (!reserveRoom(room, request, response)) refuseForRoom(request, response, options.onTurnedAway)
    else rest.answer(request, response)
  }
  const servers = await openPort(() => createServer(handle, options), options)
  return {
    port: (servers[0].address() as AddressInfo).port,
    async close(cutAfterMs = DRAIN_MS) {
      draining = true
      const cut = setTimeout(() => {
        for (const server of servers) server.closeAllConnections()
      }, cutAfterMs)
      await Promise.all([rest.close(), ...servers.map(ended)])
      clearTimeout(cut)
    },
  }
}

function createServer(handle: RequestListener, options: ListenOptions) {
  const { onUpgrade, onTurnedAway, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options
  const server = http.createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, requestTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
      // Node would refuse a call without a host before anybody here hears of it, and without a word.
      requireHostHeader: false,
      // Some HTTP clients offer `h2c` with every request and expect an answer in HTTP/1.1.
      shouldUpgradeCallback: (request) => onUpgrade !== undefined && wantsSocket(request),
    },
    handle,
  )
  server.maxConnections = CONNECTIONS_MAX
  const turnAway = (error: Error, socket: Duplex) => answerBrokenRequest(error, socket, (code) => onTurnedAway?.(code))
  // Node has let go of such a socket: nobody else closes it, or hears of its end.
  const refuseTunnel = (socket: Duplex) => {
    socket.on('error', () => socket.destroy())
    socket.on('finish', () => socket.destroy())
    turnAway(new Error('This is no way to another protocol.'), socket)
  }
  server.on('clientError', turnAway)
  server.on('upgrade', (request, socket, head) => {
    // Node before 22.21 asks no callback, and hands over whoever offers anything.
    if (onUpgrade && wantsSocket(request)) onUpgrade(request, socket, head)
    else refuseTunnel(socket)
  })
  server.on('connect', (_request, socket) => refuseTunnel(socket))
  // RFC 9110, section 10.1.1: what a client expects may be passed over. Node would refuse it without a word.
  server.on('checkExpectation', handle)
  return server
}

function ended(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

/** The Web API answers over HTTP whatever a client offers. */
function wantsSocket({ headers, url = '' }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && !url.startsWith('/api/')
}

/** RFC 9112, section 3.2: HTTP/1.1 names a host. */
function lacksHost({ headers, httpVersionMinor }: IncomingMessage): boolean {
  return headers.host === undefined && httpVersionMinor > 0
}

/** RFC 9112, section 3.2.2: a target may be a whole address, as a client with a proxy sends it. */
function withoutOrigin(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*\/?/i, '/')
}

/** No method's name begins with `v1/`: the registry stands there. */
function isWebApi(url: string): boolean {
  if (url.startsWith('/api/')) return !url.startsWith('v1/', '/api/'.length)
  return url === '/api' || url.startsWith('/api?')
}
