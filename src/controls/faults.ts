import { type ERRORS, type ErrorCode, Refusal } from '../domain/errors.ts'
import type { Fault, Faults, Suffering } from '../web-api/faults.ts'
import { hideTokens } from '../web-api/show-args.ts'
import { ControlRefusal } from './control-refusal.ts'
import type { FaultAsked } from './read-fault.ts'

export const FAULTS_MAX = 1000

/** A fault as it is listed: what was asked for, how many calls it will still meet, and of a token its id alone. */
export type FaultShown = { readonly id: string } & FaultAsked

export interface FaultList extends Faults {
  /** `tokenId` is that of the token which is asked for; absent where none is known. */
  add(asked: FaultAsked, tokenId?: string): ControlRefusal | undefined
  /** In the order in which they act. */
  list(): FaultShown[]
  clear(): void
}

interface Waiting {
  readonly fault: Fault
  readonly asked: FaultAsked
  readonly tokenShown: string | undefined
  left: number
}

/** Of the faults that fit a call, the one that was posted first acts, alone. */
export function createFaults(): FaultList {
  const waiting: Waiting[] = []
  let added = 0

  return {
    add(asked, tokenId) {
      if (waiting.length >= FAULTS_MAX) {
        return new ControlRefusal(400, 'too_many_faults', `${FAULTS_MAX} faults wait already; DELETE them first`)
      }
      const fault = { id: `F${++added}`, delayMs: asked.delay_ms ?? 0, refusal: refusalOf(asked), status: asked.status }
      // A token that is not known yet has no id to be shown, and may be made later.
      const tokenShown = tokenId ?? (asked.token && hideTokens(asked.token))
      waiting.push({ fault, asked, tokenShown, left: asked.times })
      return undefined
    },

    take(call) {
      if (waiting.length === 0) return undefined
      const place = waiting.findIndex(({ asked }) => isMet(asked, call))
      const met = waiting[place]
      if (met === undefined) return undefined
      met.left -= 1
      if (met.left === 0) waiting.splice(place, 1)
      return met.fault
    },

    list: () =>
      waiting.map(({ fault, asked, tokenShown, left }) => ({
        id: fault.id,
        ...asked,
        token: tokenShown,
        times: left,
      })),
    clear() {
      waiting.length = 0
    },
  }
}

function isMet({ method, user, token }: FaultAsked, call: Suffering): boolean {
  if (method !== undefined && method !== call.method) return false
  if (user !== undefined && user !== call.caller?.user.id) return false
  return (
    token === undefined || (call.caller !== undefined && (token === call.token || token === call.caller.grant.tokenId))
  )
}

/** A status or a waiting time alone stands for the code that goes with it. */
function refusalOf({ error, status, retry_after: seconds }: FaultAsked): Refusal | undefined {
  if (error === undefined && status === undefined && seconds === undefined) return undefined
  const code = error ?? (status === undefined ? 'ratelimited' : codeOf(status))
  // A client may be tried with codes that Slack alone knows, so any will do.
  return new Refusal(code as ErrorCode, [], undefined, seconds)
}

function codeOf(status: number): keyof typeof ERRORS {
  switch (status) {
    case 408:
      return 'request_timeout'
    case 429:
      return 'ratelimited'
    case 503:
      return 'service_unavailable'
    default:
      return 'internal_error'
  }
}
