import type { Socket } from 'node:net'
import type { ErrorCode } from '../domain/errors.ts'

interface Problem {
  readonly status: string
  readonly error: ErrorCode
  readonly body: string
}

const PROBLEMS: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: problem('408 Request Timeout', 'request_timeout', 'the call did not arrive in time'),
  HPE_INVALID_EOF_STATE: problem('408 Request Timeout', 'request_timeout', 'the body was cut short'),
  HPE_HEADER_OVERFLOW: problem('431 Request Header Fields Too Large', 'invalid_arguments', 'the headers are too large'),
}
const UNREADABLE = problem('400 Bad Request', 'invalid_arguments', 'this is not HTTP/1.1 as it should be')

/** Answers bytes that never became a request, in Slack's form, and closes the connection. Gives the code of the answer,
 * where there is anybody to have it. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): ErrorCode | undefined {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return undefined
  }
  const { status, body, error: code } = PROBLEMS[error.code ?? ''] ?? UNREADABLE
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
  return code
}

function problem(status: string, error: ErrorCode, explanation: string): Problem {
  return {
    status,
    error,
    body: JSON.stringify({ ok: false, error, response_metadata: { messages: [`[ERROR] ${explanation}`] } }),
  }
}
