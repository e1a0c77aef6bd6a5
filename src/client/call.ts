import { CallFailed } from './call-failed.ts'
import { encodeForm } from './encode.ts'
import { API_URL, type Fetch, type FetchAnswer, type Options, RETRIES, TIMEOUT_MS, WAIT_MS_MAX } from './options.ts'
import { parseAnswer } from './parse-answer.ts'
import type { CallOptions } from './types.ts'
import { asksToWait, retryAfterMs, sleep, usualWaitMs } from './wait.ts'

export type Caller = (method: string, args: object | undefined, options: CallOptions | undefined) => Promise<object>

/** What one attempt brought. */
interface Received {
  readonly answer: FetchAnswer
  readonly text: string
}

/** A call is sent again only where the server has said that it did not carry it out. */
export function createCaller(options: Options): Caller {
  const { retries = RETRIES, waitMsMax = WAIT_MS_MAX, sleep: wait = sleep } = options
  const attempt = createAttempt(options)

  return async (method, args = {}, { token = options.token, signal } = {}) => {
    const body = encodeForm(args)
    for (let attempts = 1; ; attempts++) {
      const received = await attempt({ method, token, body, signal })
      const waitMs = waitMsFor(received.answer, attempts)
      if (waitMs === undefined || attempts > retries || waitMs > waitMsMax) return readAnswer(method, received)
      await wait(waitMs, signal)
    }
  }
}

interface Attempt {
  readonly method: string
  readonly token: string | undefined
  readonly body: string
  readonly signal: AbortSignal | undefined
}

/** Sends as Slack's own SDKs do: a form, the token in a header. */
function createAttempt({ apiUrl = API_URL, fetch: send = platformFetch, timeoutMs = TIMEOUT_MS, headers }: Options) {
  const base = apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`

  return async ({ method, token, body, signal }: Attempt): Promise<Received> => {
    signal?.throwIfAborted()
    try {
      const answer = await send(base + method, {
        method: 'POST',
        // Named, because the platform would add a charset to it, and Slack warns of that.
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', ...authorization(token) },
        body,
        // A POST that is led elsewhere arrives there as a GET.
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
      })
      return { answer, text: await answer.text() }
    } catch (cause) {
      signal?.throwIfAborted()
      throw failureOf(method, cause)
    }
  }
}

const platformFetch: Fetch = (url, request) => fetch(url, request)

function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

function waitMsFor(answer: FetchAnswer, attempts: number): number | undefined {
  return asksToWait(answer.status) ? (retryAfterMs(answer) ?? usualWaitMs(attempts)) : undefined
}

function readAnswer(method: string, { answer, text }: Received): object {
  const body = parseAnswer(text)
  if (body === undefined) {
    const { status } = answer
    const leads = answer.headers.get('location')
    const sentence = `answered ${status}, and not by the Web API${leads === null ? '' : `; it leads to ${leads}`}`
    throw new CallFailed({ method, reason: 'unreadable', sentence, status })
  }
  const waitMs = asksToWait(answer.status) ? retryAfterMs(answer) : undefined
  return waitMs === undefined ? body : { ...body, retryAfterSeconds: Math.ceil(waitMs / 1000) }
}

function failureOf(method: string, cause: unknown): CallFailed {
  const { name, message } = reasonOf(cause)
  return name === 'TimeoutError'
    ? new CallFailed({ method, reason: 'timed_out', sentence: 'no answer in time', cause })
    : new CallFailed({ method, reason: 'unreachable', sentence: `no answer: ${message}`, cause })
}

/** Node says why in the cause of the cause, browsers never do. Read without `instanceof`: test runners have several
 * worlds, each with an `Error` of its own. */
function reasonOf(cause: unknown): { readonly name: string; readonly message: string } {
  const { name = '', message = '', cause: inner } = (cause ?? {}) as Partial<Error>
  const { message: told = '' } = (inner ?? {}) as Partial<Error>
  return { name, message: told || message || String(cause) }
}
