import { isRefusal, type Refusal } from '../domain/errors.ts'
import { type Call, headerOf, type RawArgs } from './call.ts'
import { type Body, type BodyError, readBody } from './read-body.ts'
import { judgeName, readForm } from './read-form.ts'

export interface Incoming {
  readonly args: RawArgs
  readonly token: string | undefined
}

const API_PREFIX = '/api/'

/** The method a path names: everything behind `/api/`. */
export function methodNameOf(path: string): string {
  return path.startsWith(API_PREFIX) ? path.slice(API_PREFIX.length) : ''
}

/** Gathers the arguments from query and body, where the body beats the query, and finds the token (docs/decisions/0003). */
export function readCall(call: Call): Read | Promise<Read> {
  const body = readBody(call)
  return body instanceof Promise ? body.then((arrived) => gather(call, arrived)) : gather(call, body)
}

type Read = Incoming | Refusal<BodyError>

function gather(call: Call, body: Body | Refusal<BodyError>): Read {
  if (isRefusal(body)) return body
  const query = readForm(call.query, 'query')
  if (isRefusal(query)) return query

  if (body.isJson) {
    for (const name of body.args.keys()) {
      const wrongName = judgeName(name)
      if (wrongName) return wrongName
    }
  }
  const token = bearerOf(call) ?? headerToken(call) ?? (body.isJson ? undefined : textOf(body.args)) ?? textOf(query)
  return { args: merge(query, body.args), token }
}

/** JSON `null` is no argument, so it beats none. */
function merge(query: RawArgs, body: RawArgs): RawArgs {
  if (query.size === 0) return body
  if (body.size === 0) return query
  return new Map([...query, ...[...body].filter(([, value]) => value !== null)])
}

/** An empty bearer is no token: some clients send the header even when they have none. */
function bearerOf(call: Call): string | undefined {
  const header = headerOf(call, 'authorization')
  if (header === undefined || header.length < 8 || !/^bearer /i.test(header.slice(0, 7))) return undefined
  return header.slice(7).trim() || undefined
}

/** The Open Context Protocol and Swagger clients send the token in a header of that name. */
function headerToken(call: Call): string | undefined {
  return headerOf(call, 'token')?.trim() || undefined
}

function textOf(args: RawArgs): string | undefined {
  const token = args.get('token')
  return typeof token === 'string' && token !== '' ? token : undefined
}
