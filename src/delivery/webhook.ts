import type { AgentOptions, Agent as HttpsAgent } from 'node:https'
import { http, loadHttps } from '../node-http.ts'
import { assertAllowed, createGuardedLookup, type Refuses } from './guarded-lookup.ts'
import { type Answer, type Connections, exchange, TimedOut } from './http-exchange.ts'
import { isPrivateAddress } from './private-address.ts'
import { signatureOf } from './signature.ts'
import type { Retry } from './transport.ts'
import { reasonOf } from './webhook-reason.ts'

/** Slack: "within three seconds" — the Events API, responding to events */
export const TIMEOUT_MS = 3000
/** Slack: "up to two HTTP redirects (301 or 302)" — the Events API */
const REDIRECTS_MAX = 2
const IDLE_SOCKETS_PER_HOST_MAX = 16
const IDLE_MS = 10_000

export interface Webhook {
  readonly url: string
  readonly signingSecret: string
  readonly body: string
  readonly retry?: Retry
}

/** Slack's words for what went wrong. */
export type Reason =
  | 'http_timeout'
  | 'too_many_redirects'
  | 'connection_failed'
  | 'ssl_error'
  | 'http_error'
  | 'unknown_error'

export type WebhookOutcome =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | {
      readonly ok: false
      readonly reason: Reason
      /** Where there was an answer. */
      readonly status?: number
      /** The receiver asks for no retry. */
      readonly noRetry: boolean
      /** For the operator; names no secret. */
      readonly detail: string
    }

export interface Webhooks {
  /** Sends one webhook, signed, follows its redirects, and says what became of it. Never rejects. */
  post(webhook: Webhook, signal: AbortSignal): Promise<WebhookOutcome>
  close(): void
}

export interface WebhookOptions {
  /** Lets webhooks go to this machine and its network. */
  readonly allowPrivate: boolean
  readonly timeoutMs?: number
  /** Says which addresses are refused, in place of `allowPrivate`. */
  readonly refuses?: Refuses
}

/** Webhooks over Node's own client, as it takes a `lookup` that sees every address before it is connected to, and keeps
 * connections open. It reads no proxy from the environment, which would connect elsewhere than what was checked. */
export function createWebhooks(options: WebhookOptions): Webhooks {
  const refuses = options.refuses ?? (options.allowPrivate ? () => false : isPrivateAddress)
  const idle = { keepAlive: true, maxFreeSockets: IDLE_SOCKETS_PER_HOST_MAX, timeout: IDLE_MS }
  const agents = createAgents(idle)
  const connections: Connections = { agents, lookup: createGuardedLookup(refuses) }
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS

  return {
    async post(webhook, stop) {
      const cut = new AbortController()
      const end = () => cut.abort(stop.reason)
      const timer = setTimeout(() => cut.abort(new TimedOut(`No answer within ${timeoutMs} ms.`)), timeoutMs)
      stop.addEventListener('abort', end, { once: true })
      if (stop.aborted) end()
      try {
        return await postFollowing(webhook, { connections, refuses, signal: cut.signal })
      } catch (error) {
        return failed(reasonOf(error), { detail: error instanceof Error ? error.message : String(error) })
      } finally {
        clearTimeout(timer)
        stop.removeEventListener('abort', end)
      }
    },
    close() {
      agents.destroy()
    },
  }
}

/** The one for TLS comes with the first webhook that goes over it. */
function createAgents(options: AgentOptions) {
  const plain = new http.Agent(options)
  let secure: HttpsAgent | undefined
  return {
    http: plain,
    get https() {
      secure ??= new (loadHttps().Agent)(options)
      return secure
    },
    destroy() {
      plain.destroy()
      secure?.destroy()
    },
  }
}

interface Way {
  readonly connections: Connections
  readonly refuses: Refuses
  readonly signal: AbortSignal
}

/** Slack follows redirects by posting again, with the same signature. */
async function postFollowing(webhook: Webhook, way: Way): Promise<WebhookOutcome> {
  const request = { headers: headersOf(webhook), body: webhook.body }
  let url = new URL(webhook.url)
  for (let redirects = 0; ; redirects += 1) {
    assertAllowed(url, way.refuses)
    const answer = await exchange(url, request, way)
    const next = redirectOf(answer, url)
    if (next === undefined) return judge(answer)
    if (redirects === REDIRECTS_MAX) {
      const detail = `More than ${REDIRECTS_MAX} redirects.`
      return failed('too_many_redirects', { status: answer.status, noRetry: wantsNoRetry(answer), detail })
    }
    url = next
  }
}

function headersOf({ body, signingSecret, retry }: Webhook): Readonly<Record<string, string>> {
  const timestamp = Math.floor(Date.now() / 1000)
  return {
    'User-Agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    Accept: '*/*',
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Slack-Request-Timestamp': String(timestamp),
    'X-Slack-Signature': signatureOf(signingSecret, timestamp, body),
    ...(retry && { 'X-Slack-Retry-Num': String(retry.number), 'X-Slack-Retry-Reason': retry.reason }),
  }
}

function redirectOf({ status, headers }: Answer, from: URL): URL | undefined {
  if ((status !== 301 && status !== 302) || headers.location === undefined) return undefined
  const url = URL.parse(headers.location, from.href)
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined
}

function judge(answer: Answer): WebhookOutcome {
  const { status, text } = answer
  if (status >= 200 && status <= 299) return { ok: true, status, text }
  return failed('http_error', { status, noRetry: wantsNoRetry(answer), detail: `Answered ${status}.` })
}

function wantsNoRetry({ headers }: Answer): boolean {
  return headers['x-slack-no-retry'] === '1'
}

function failed(
  reason: Reason,
  { status, noRetry = false, detail }: { status?: number; noRetry?: boolean; detail: string },
): WebhookOutcome {
  return { ok: false, reason, ...(status !== undefined && { status }), noRetry, detail }
}
