import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '../domain/errors.ts'
import { turnAway } from './turned-away.ts'

interface Problem {
  readonly status: string
  readonly error: ErrorCode
  readonly explanation: string
}

const PROBLEMS: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    error: 'request_timeout',
    explanation: 'the call did not arrive in time',
  },
  HPE_INVALID_EOF_STATE: {
    status: '408 Request Timeout',
    error: 'request_timeout',
    explanation: 'the body was cut short',
  },
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    error: 'invalid_arguments',
    explanation: 'the headers are too large',
  },
}
const UNREADABLE: Problem = {
  status: '400 Bad Request',
  error: 'invalid_arguments',
  explanation: 'this is not HTTP/1.1 as it should be',
}

type RequestError = Error & { readonly code?: string }

const waiting = new WeakSet<Duplex>()

/** Answers bytes that never became a request, in Slack's form, and closes the connection. Tells the code of the answer,
 * where there is anybody to have it. A call that came whole before them on the same connection has its answer first, since
 * this one would pass for it. */
export function answerBrokenRequest(error: RequestError, socket: Duplex, onAnswered: (code: ErrorCode) => void): void {
  if (waiting.has(socket)) return
  const owed = findOwed(socket)
  if (owed === undefined) {
    answerNow(error, socket, onAnswered)
    return
  }
  waiting.add(socket)
  owed.once('close', () => {
    waiting.delete(socket)
    answerBrokenRequest(error, socket, onAnswered)
  })
}

/** The next answer to a whole request. Node keeps it at the socket under a name of its own, and looks at it in the same way
 * where nobody else hears of broken requests. */
function findOwed(socket: Duplex & { readonly _httpMessage?: ServerResponse | null }): ServerResponse | undefined {
  const next = socket._httpMessage
  return next?.req.complete ? next : undefined
}

function answerNow(error: RequestError, socket: Duplex, onAnswered: (code: ErrorCode) => void): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const { status, error: code, explanation } = PROBLEMS[error.code ?? ''] ?? UNREADABLE
  const { headers, body } = turnAway(code, explanation)
  headers.push('content-length', String(Buffer.byteLength(body)), 'connection', 'close')
  socket.end(`HTTP/1.1 ${status}\r\n${linesOf(headers)}\r\n${body}`)
  onAnswered(code)
}

function linesOf(headers: readonly string[]): string {
  let lines = ''
  for (let at = 0; at < headers.length; at += 2) lines += `${headers[at]}: ${headers[at + 1]}\r\n`
  return lines
}
