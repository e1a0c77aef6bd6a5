import type { Call } from '../../src/web-api/call.ts'

/** A call as a test writes it down. */
export interface Request {
  /** The token, sent as a bearer header; absent: none is sent. */
  readonly as?: string
  readonly args?: Readonly<Record<string, unknown>>
  /** How the arguments travel; JSON unless said. */
  readonly by?: 'json' | 'form' | 'query' | 'multipart' | 'text' | 'none'
  /** In place of the verb that goes with `by`. */
  readonly verb?: string
  /** Beside or in place of those that go with `by`; `null` takes one away. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** In place of what `by` makes of the arguments. */
  readonly body?: string | Buffer
  readonly query?: string
  readonly ip?: string
}

const BOUNDARY = 'nametag-test-boundary'

export function toCall(methodName: string, request: Request): Call {
  const by = request.by ?? 'json'
  const args = request.args ?? {}
  const body = request.body ?? BODIES[by](args)
  const headers: Record<string, string | null> = {
    ...(CONTENT_TYPES[by] === undefined ? {} : { 'content-type': CONTENT_TYPES[by] }),
    ...(request.as === undefined ? {} : { authorization: `Bearer ${request.as}` }),
    ...request.headers,
  }
  return {
    method: request.verb ?? (by === 'query' ? 'GET' : 'POST'),
    path: `/api/${methodName}`,
    query: request.query ?? (by === 'query' ? formOf(args) : ''),
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== null)) as Call['headers'],
    body: typeof body === 'string' ? Buffer.from(body) : body,
    ip: request.ip ?? '127.0.0.1',
  }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json; charset=utf-8',
  form: 'application/x-www-form-urlencoded',
  multipart: `multipart/form-data; boundary=${BOUNDARY}`,
  text: 'text/plain; charset=utf-8',
}

const BODIES: Readonly<Record<NonNullable<Request['by']>, (args: Readonly<Record<string, unknown>>) => string>> = {
  json: (args) => JSON.stringify(args),
  form: formOf,
  text: formOf,
  multipart: multipartOf,
  query: () => '',
  none: () => '',
}

function formOf(args: Readonly<Record<string, unknown>>): string {
  return new URLSearchParams(
    Object.entries(args).map(([name, value]): [string, string] => [name, textOf(value)]),
  ).toString()
}

function multipartOf(args: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(args).map(
    ([name, value]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${textOf(value)}\r\n`,
  )
  return `${parts.join('')}--${BOUNDARY}--\r\n`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
