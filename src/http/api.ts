import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ErrorCode } from '../domain/errors.ts'
import type { Answer, Call } from '../web-api/call.ts'
import { turnAway } from './turned-away.ts'

/** What is read of a body. A longer one is read to its end and thrown away, so that the client hears the answer. */
export const BODY_BYTES_MAX = 1024 * 1024
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

/** The way of a Web API call through Node's own server: no router, no reply object, headers as one flat list.
 * This path is what `npm run bench` measures. */
export function createApiHandler(
  answerCall: (call: Call) => Promise<Answer>,
  isDraining: () => boolean,
  onTurnedAway: (code: ErrorCode) => void = () => undefined,
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
    readBody(request, (body) => (body === undefined ? refuse() : respond(body)))

    function refuse(): void {
      onTurnedAway('invalid_arguments')
      send(response, turnAway('invalid_arguments', `the body is larger than ${BODY_BYTES_MAX} bytes`), true)
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

/** Hands over the body, or nothing where it is too large. A body that breaks off hands over nothing at all: the
 * connection's own error handler answers then. */
function readBody(request: IncomingMessage, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= BODY_BYTES_MAX) chunks.push(chunk)
    else chunks.length = 0
    if (size > DISCARDED_BYTES_MAX) {
      request.pause()
      request.removeAllListeners('data')
      done(undefined)
    }
  })
  request.on('end', () => {
    if (size > BODY_BYTES_MAX) done(undefined)
    else done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
  })
  request.on('error', () => undefined)
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
