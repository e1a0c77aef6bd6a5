import { connect, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { type Received, received } from './send.ts'

const DEADLINE_MS = 60_000
const HEAD_END = Buffer.from('\r\n\r\n')

export interface RawOptions {
  /** Say that nothing more will come, as a client does that goes away in the middle. */
  readonly end?: boolean
  /** Stop listening after so many answers; otherwise when the server closes the connection. */
  readonly answers?: number
  readonly deadlineMs?: number
}

/** What came back on one connection. */
export interface RawReceived {
  readonly answers: readonly Received[]
  /** Bytes that are no whole answer. */
  readonly rest: string
  /** Whether the server closed the connection. */
  readonly closed: boolean
}

/** Sends bytes as they are, in pieces where several are given, and collects the answers. */
export function sendRaw(
  port: number,
  bytes: string | Buffer | AsyncIterable<Buffer>,
  options: RawOptions = {},
): Promise<RawReceived> {
  const { end = false, answers: wanted = Number.POSITIVE_INFINITY, deadlineMs = DEADLINE_MS } = options
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let seen = Buffer.alloc(0)
    const deadline = setTimeout(() => {
      socket.destroy()
      reject(
        new Error(`No end after ${deadlineMs} ms; so far: ${JSON.stringify(seen.toString('latin1').slice(0, 500))}`),
      )
    }, deadlineMs)
    const finish = (closed: boolean) => {
      clearTimeout(deadline)
      socket.destroy()
      resolve({ ...splitAnswers(seen), closed })
    }
    socket.on('data', (chunk) => {
      seen = Buffer.concat([seen, chunk])
      if (splitAnswers(seen).answers.length >= wanted) finish(false)
    })
    socket.on('end', () => finish(true))
    // The server may cut a client that goes on sending; what it said before that has arrived.
    socket.on('error', () => finish(true))
    socket.on('close', () => finish(true))
    sendAll(socket, bytes, end).catch(() => undefined)
  })
}

/** Pieces are made as the connection takes them. */
async function sendAll(socket: Socket, bytes: string | Buffer | AsyncIterable<Buffer>, end: boolean): Promise<void> {
  if (typeof bytes !== 'string' && !Buffer.isBuffer(bytes)) return pipeline(bytes, socket, { end })
  socket.write(bytes)
  if (end) socket.end()
}

function splitAnswers(bytes: Buffer): { answers: Received[]; rest: string } {
  const answers: Received[] = []
  let at = 0
  for (;;) {
    const answer = answerAt(bytes, at)
    if (answer === undefined) return { answers, rest: bytes.toString('latin1', at) }
    answers.push(answer.received)
    at = answer.end
  }
}

function answerAt(bytes: Buffer, at: number): { received: Received; end: number } | undefined {
  const headEnd = bytes.indexOf(HEAD_END, at)
  if (headEnd < 0) return undefined
  const [statusLine = '', ...lines] = bytes.toString('latin1', at, headEnd).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const status = Number(statusLine.split(' ')[1])
  const length = status === 204 ? 0 : Number(headers['content-length'])
  const start = headEnd + HEAD_END.length
  if (!(start + length <= bytes.length)) return undefined
  return { received: received(status, headers, bytes.subarray(start, start + length)), end: start + length }
}
