import { isRefusal, type Refusal } from '../domain/errors.ts'
import type { Answer } from './call.ts'
import type { Method } from './method.ts'
import type { Warning } from './read-body.ts'

/** How a call ended, before it is put into Slack's form. */
export interface Outcome {
  /** The keys of an `ok: true` answer, or a refusal. */
  readonly result: object
  readonly method: Method | undefined
  /** Of the token, where one was read. */
  readonly scopes: readonly string[] | undefined
  readonly warning: Warning | undefined
  /** Without their `[WARN] ` mark. */
  readonly notices: readonly string[]
}

/** Slack's SDKs retry whatever is not 200 for half an hour, so only these are (docs/decisions/0031). */
export const STATUS: ReadonlyMap<string, number> = new Map([
  ['ratelimited', 429],
  ['request_timeout', 408],
  ['service_unavailable', 503],
])
const DEFAULT_RETRY_SECONDS = 1

const FIXED_HEADERS = [
  'content-type',
  'application/json; charset=utf-8',
  'cache-control',
  'private, no-cache, no-store, must-revalidate',
  'pragma',
  'no-cache',
  'expires',
  'Mon, 26 Jul 1997 05:00:00 GMT',
  'referrer-policy',
  'no-referrer',
  'x-content-type-options',
  'nosniff',
  'vary',
  'Accept-Encoding',
  'access-control-allow-origin',
  '*',
  'access-control-expose-headers',
  'x-slack-req-id, x-slack-failure, x-oauth-scopes, x-accepted-oauth-scopes, retry-after',
  'x-slack-req-id',
] as const

/** Puts an outcome into Slack's form. */
export function envelope(outcome: Outcome, requestId: string): Answer {
  const headers: string[] = [...FIXED_HEADERS, requestId]
  if (outcome.scopes) headers.push('x-oauth-scopes', textOfScopes(outcome.scopes))
  if (outcome.scopes && outcome.method && outcome.method.scopes.length > 0) {
    headers.push('x-accepted-oauth-scopes', textOfScopes(outcome.method.scopes))
  }
  if (!isRefusal(outcome.result)) return { status: 200, headers, body: encodeSuccess(outcome.result, outcome) }

  const refusal = outcome.result
  const status = STATUS.get(refusal.refused) ?? 200
  if (isHeaderSafe(refusal.refused)) headers.push('x-slack-failure', refusal.refused)
  if (status === 429 || status === 503) {
    headers.push('retry-after', String(refusal.retryAfterSeconds ?? DEFAULT_RETRY_SECONDS))
  }
  return { status, headers, body: encodeRefusal(refusal, outcome) }
}

/** `api.test` answers whatever code its caller chose, and a header takes no line break. */
function isHeaderSafe(code: string): boolean {
  return /^[\w.-]{1,100}$/.test(code)
}

function encodeSuccess(result: object, outcome: Outcome): string {
  let json = '{"ok":true'
  for (const [key, value] of Object.entries(result)) {
    if (value !== undefined) json += `,"${key}":${encode(value)}`
  }
  return `${json}${encodeMetadata(outcome, [])}}`
}

function encodeRefusal(refusal: Refusal, outcome: Outcome): string {
  let json = `{"ok":false,"error":${JSON.stringify(refusal.refused)}`
  for (const [key, value] of Object.entries(refusal.detail ?? {})) json += `,"${key}":${JSON.stringify(value)}`
  return `${json}${encodeMetadata(outcome, refusal.messages)}}`
}

/** `warning` joins the codes, `response_metadata` lists them; `messages` say in words what was wrong or passed over. */
function encodeMetadata({ warning, notices }: Outcome, errors: readonly string[]): string {
  if (warning === undefined && notices.length === 0 && errors.length === 0) return ''
  const messages = [...errors.map((text) => `[ERROR] ${text}`), ...notices.map((text) => `[WARN] ${text}`)]
  const metadata = {
    ...(warning === undefined ? {} : { warnings: [warning] }),
    ...(messages.length === 0 ? {} : { messages }),
  }
  const head = warning === undefined ? '' : `,"warning":"${warning}"`
  return `${head},"response_metadata":${JSON.stringify(metadata)}`
}

const encodings = new WeakMap<object, string>()

/** Marks an object that is answered again and again, and never changes: its JSON is made once. */
export function encodeOnce<Value extends object>(value: Value): Value {
  if (!encodings.has(value)) encodings.set(value, JSON.stringify(value))
  return value
}

function encode(value: unknown): string {
  const known = typeof value === 'object' && value !== null ? encodings.get(value) : undefined
  return known ?? JSON.stringify(value)
}

const scopeTexts = new WeakMap<readonly string[], string>()

function textOfScopes(scopes: readonly string[]): string {
  let text = scopeTexts.get(scopes)
  if (text === undefined) {
    text = scopes.join(',')
    scopeTexts.set(scopes, text)
  }
  return text
}
