import { type Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'

export interface Sent {
  readonly method?: string
  /** Exactly these, beside `host` and, with a body, `content-length`. */
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
  readonly agent?: Agent
}

export interface Received {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
  /** `undefined` where the body is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
  readonly json: any
}

/** One HTTP request with exactly the headers given: `fetch` would add its own. */
export function send(url: string, { method = 'POST', headers = {}, body, agent }: Sent = {}): Promise<Received> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, headers: withLength(method, headers, body), ...(agent ? { agent } : {}) },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => resolve(received(incoming.statusCode ?? 0, incoming.headers, Buffer.concat(chunks))))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

export function received(status: number, headers: IncomingHttpHeaders, body: Buffer): Received {
  return { status, headers, body, text: body.toString(), json: parsed(body.toString()) }
}

/** Clients say how long the body is, also where there is none. */
function withLength(
  method: string,
  headers: OutgoingHttpHeaders,
  body: string | Buffer | undefined,
): OutgoingHttpHeaders {
  if (method === 'GET' || method === 'HEAD' || 'transfer-encoding' in headers) return headers
  return { 'content-length': body === undefined ? 0 : Buffer.byteLength(body), ...headers }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
