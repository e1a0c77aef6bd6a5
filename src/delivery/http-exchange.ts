import type { ClientRequest, Agent as HttpAgent, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import type { LookupFunction } from 'node:net'
import { http, loadHttps } from '../node-http.ts'

/** As much of an answer as is looked at; no challenge is longer. */
const TEXT_BYTES_MAX = 16 * 1024

export interface Connections {
  /** Those that stand open. */
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent }
  readonly lookup: LookupFunction
}

export interface Outgoing {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The beginning of the body; all of it where it is short and came in time. */
  readonly text: string
}

/** The time for an answer is over. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut'
}

/** One POST and the beginning of its answer. Rejects with what went wrong, or with the reason of the signal. */
export async function exchange(
  url: URL,
  outgoing: Outgoing,
  way: { readonly connections: Connections; readonly signal: AbortSignal },
): Promise<Answer> {
  try {
    return await attempt(url, outgoing, { ...way, fresh: false })
  } catch (error) {
    // A receiver may close an idle connection in the moment it is used again: nothing was read, so nothing was answered.
    if (!(error instanceof LostIdleConnection)) throw error
    return attempt(url, outgoing, { ...way, fresh: true })
  }
}

class LostIdleConnection extends Error {}

interface Attempt {
  readonly connections: Connections
  readonly signal: AbortSignal
  /** Leaves the connections that stand open alone. */
  readonly fresh: boolean
}

function attempt(url: URL, outgoing: Outgoing, { connections, signal, fresh }: Attempt): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const isSecure = url.protocol === 'https:'
  const sending = (isSecure ? loadHttps() : http).request(url, {
    method: 'POST',
    headers: outgoing.headers,
    lookup: connections.lookup,
    agent: fresh ? false : isSecure ? connections.agents.https : connections.agents.http,
  })
  const cut = () => sending.destroy(signal.reason)
  signal.addEventListener('abort', cut, { once: true })
  let isAnswered = false
  sending.on('response', (incoming) => {
    isAnswered = true
    readBeginning(incoming).then((text) =>
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
    )
  })
  sending.on('error', (error) => {
    if (!isAnswered) reject(wasIdle(sending, error) ? new LostIdleConnection() : error)
  })
  // Node lets go of an answer that changes the protocol (101) without a word.
  sending.on('close', () => {
    if (!isAnswered) reject(new Error('The connection ended without an answer.'))
  })
  if (signal.aborted) cut()
  else sending.end(outgoing.body)
  return promise.finally(() => signal.removeEventListener('abort', cut))
}

function wasIdle(sending: ClientRequest, error: NodeJS.ErrnoException): boolean {
  return sending.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

/** The status decides, so a body that is cut short, or never ends, is no failure; its connection is closed. */
function readBeginning(incoming: IncomingMessage): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const chunks: Buffer[] = []
  let bytes = 0
  incoming.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > TEXT_BYTES_MAX) incoming.destroy()
  })
  incoming.on('error', () => {})
  incoming.on('close', () => resolve(Buffer.concat(chunks).toString('utf8', 0, TEXT_BYTES_MAX)))
  return promise
}
