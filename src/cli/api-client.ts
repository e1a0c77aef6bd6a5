import { createCaller } from '../client/call.ts'
import { CallFailed } from '../client/call-failed.ts'
import { sleep } from '../client/wait.ts'
import { ERRORS } from '../domain/errors.ts'
import { CannotStart } from './cannot-start.ts'
import type { ClientSurroundings } from './client-command.ts'
import { readToken } from './token-store.ts'
import { visible } from './visible.ts'

/** An answer of the Web API, of this server or of Slack: nothing of it is trusted beyond `ok`. */
export interface Answer {
  readonly ok: boolean
  readonly error?: string
  readonly needed?: unknown
  readonly response_metadata?: { readonly messages?: unknown }
  readonly [key: string]: unknown
}

export interface ApiClient {
  /** A refusal is an answer; only a call without one throws, a `CallFailed`. */
  call(method: string, args?: object): Promise<Answer>
  /** Throws a refusal too, as what stops the command. */
  demand(method: string, args?: object): Promise<Answer>
}

export type Wait = (milliseconds: number, signal?: AbortSignal) => Promise<unknown>

/** What tests put in place of the world. */
export interface ClientWorld {
  readonly wait?: Wait
  readonly now?: () => number
}

export interface ApiClientOptions {
  readonly wait?: Wait
  /** Told before each wait that the server asked for. */
  readonly onWait?: (milliseconds: number) => void
  /** Ends a wait; never a call, whose outcome would then be unknown. */
  readonly stop?: AbortSignal
}

/** A sync may meet as many limits in a row as there are others who use the same token. */
const RETRIES = 100
const WAIT_MS_MAX = 15 * 60_000
const MESSAGES_MAX = 10

export function openApi({ apiUrl, token }: ClientSurroundings, options: ApiClientOptions = {}): ApiClient {
  const { wait = sleep, onWait, stop } = options
  const secret = readToken(token)
  const caller = createCaller({
    apiUrl,
    token: secret,
    retries: RETRIES,
    waitMsMax: WAIT_MS_MAX,
    sleep: async (milliseconds) => {
      onWait?.(milliseconds)
      await wait(milliseconds, stop)
    },
  })
  const call = async (method: string, args: object = {}) => (await caller(method, args, undefined)) as Answer
  return {
    call,
    async demand(method, args) {
      const answer = await reached(call(method, args), apiUrl)
      if (!answer.ok) throw new CannotStart(tellRefusal(method, answer))
      return answer
    },
  }
}

/** Turns a call without an answer into a sentence for the person who can mend it. */
export async function reached<Value>(calling: Promise<Value>, apiUrl: string): Promise<Value> {
  try {
    return await calling
  } catch (error) {
    if (error instanceof CallFailed) throw new CannotStart(tellFailure(error, apiUrl))
    throw error
  }
}

export function tellFailure(error: CallFailed, apiUrl: string): string {
  return `${visible(error.message)} (${apiUrl}). Is the server running? "nametag dev" starts one; --api-url names another.`
}

/** `users.profile.set: not_admin: …`: the method, the server's code, and what to change. */
export function tellRefusal(method: string, answer: Answer): string {
  return [method, visible(String(answer.error)), explain(answer)].filter((part) => part !== '').join(': ')
}

/** The server's own lines where it sends some, else what the code means. */
export function explain(answer: Answer): string {
  const code = String(answer.error)
  const parts = messagesOf(answer)
  const known = Object.hasOwn(ERRORS, code) ? ERRORS[code as keyof typeof ERRORS] : undefined
  if (parts.length === 0 && known !== undefined) parts.push(known)
  if (typeof answer.needed === 'string') parts.push(`Needed: ${visible(answer.needed)}.`)
  if (TOKEN_CODES.has(code))
    parts.push('Check NAMETAG_TOKEN or SLACK_TOKEN, or the file of --token-file, and --api-url.')
  return parts.join(' ')
}

/** What the server says about a call, without the marks in front. */
export function messagesOf(answer: Answer): string[] {
  const messages = answer.response_metadata?.messages
  if (!Array.isArray(messages)) return []
  return messages.slice(0, MESSAGES_MAX).map((message) => visible(String(message).replace(/^\[(WARN|ERROR)\] /, '')))
}

/** With these, no other call by this token will fare better. */
export const TOKEN_CODES: ReadonlySet<string> = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'not_allowed_token_type',
  'no_permission',
  'access_denied',
  'accesslimited',
])
