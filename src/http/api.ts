import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ErrorCode } from '../domain/errors.ts'
import type { Answer, Call } from '../web-api/call.ts'
import { BODY_BYTES_MAX, type BodyRoom, createBodyRoom, isTooFull, PIECE_BYTES } from './body-room.ts'
import { turnAway } from './turned-away.ts'

/** Past this the connection is cut without reading on. */
const DISCARDED_BYTES_MAX = 32 * 1024 * 1024

/** The wildcard stands for all headers but the first, which has to be named: tracing adds its own to a page's calls, and
 * the official SDK a `User-Agent`. The others are named for browsers that know no wildcard. */
const PREFLIGHT_HEADERS = [
  'access-control-allow-origin',
  '*',
  'access-control-allow-methods',
  'GET, POST, OPTIONS',
  'access-control-allow-headers',
  'authorization, content-type, token, x-slack-user, idempotency-key, ocp-context-id, ocp-session, ocp-agent-type, ocp-agent-goal, ocp-current-goal, ocp-user, ocp-workspace, ocp-version, *',
  'access-control-max-age',
  '86400',
]

const NO_BODY = Buffer.alloc(0)

/** Why a body was not read. */
interface Unread {
  readonly code: ErrorCode
  readonly explanation: string
}

const TOO_LARGE: Unread = {
  code: 'invalid_arguments',
  explanation: `the body is larger than ${BODY_BYTES_MAX} bytes`,
}
const NO_ROOM: Unread = {
  code: 'service_unavailable',
  explanation: 'the server has too many large bodies to read',
}

/** The way of a Web API call through Node's own server: no router, no reply object, headers as one flat list.
 * This path is what `npm run bench` measures. */
export function createApiHandler(
  answerCall: (call: Call) => Promise<Answer>,
  isDraining: () => boolean,
  onTurnedAway: (code: ErrorCode) => void = () => undefined,
  room: BodyRoom = createBodyRoom(),
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    if (isDraining()) {
      onTurnedAway('service_unavailable')
      return send(response, turnAway('service_unavailable'), true)
    }
    const method = request.method ?? 'GET'
    if (method === 'OPTIONS') {
      response.writeHead(204, PREFLIGHT_HEADERS).end()
      return
    }
    if (method === 'GET' || method === 'HEAD') return respond(NO_BODY)
    readBody(request, room, (body) => (Buffer.isBuffer(body) ? respond(body) : refuse(body)))

    function refuse({ code, explanation }: Unread): void {
      onTurnedAway(code)
      send(response, turnAway(code, explanation), true)
    }

    function respond(body: Buffer): void {
      answerCall(toCall(request, body))
        .then((answer) => send(response, answer, isDraining()))
        // An answer that cannot be sent costs its own connection and no other.
        .catch(() => response.destroy())
    }
  }
}

export function refuseHostless(response: ServerResponse, onTurnedAway?: (code: ErrorCode) => void): void {
  onTurnedAway?.('invalid_arguments')
  send(response, { ...turnAway('invalid_arguments', 'the call has no Host header'), status: 400 }, true)
}

/** Turns away a request whose body there is no room for; also one that is no call. */
export function refuseForRoom(
  request: IncomingMessage,
  response: ServerResponse,
  onTurnedAway?: (code: ErrorCode) => void,
): void {
  onTurnedAway?.(NO_ROOM.code)
  request.resume()
  send(response, turnAway(NO_ROOM.code, NO_ROOM.explanation), true)
}

/** Hands over the body, or why there is none. A body that breaks off hands over nothing at all: the connection's own
 * error handler answers then. */
function readBody(request: IncomingMessage, room: BodyRoom, done: (body: Buffer | Unread) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  let taken = 0
  let unread: Unread | undefined
  const letGo = () => {
    room.bytes -= taken
    taken = 0
    chunks.length = 0
  }
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > BODY_BYTES_MAX) unread = TOO_LARGE
    if (unread === undefined) {
      chunks.push(chunk)
      taken += chunk.length + PIECE_BYTES
      room.bytes += chunk.length + PIECE_BYTES
      if (isTooFull(room, taken)) unread = NO_ROOM
    }
    if (unread === undefined) return
    letGo()
    if (size > DISCARDED_BYTES_MAX) {
      request.pause()
      request.removeAllListeners('data')
      done(unread)
    }
  })
  request.on('end', () => {
    const body = unread ?? (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
    letGo()
    done(body)
  })
  request.on('error', letGo)
}

function toCall(request: IncomingMessage, body: Buffer): Call {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: request.headers,
    body,
    ip: request.socket.remoteAddress ?? '',
  }
}

function send(response: ServerResponse, answer: Answer, closing: boolean): void {
  const bytes = Buffer.byteLength(answer.body)
  answer.headers.push('content-length', String(bytes))
  if (closing) answer.headers.push('connection', 'close')
  response.writeHead(answer.status, answer.headers)
  // Text of one byte a character is copied as it is, which is twice as fast.
  response.end(answer.body, bytes === answer.body.length ? 'latin1' : 'utf8')
}
