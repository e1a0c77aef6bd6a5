import type { Refusal } from '../domain/errors.ts'
import type { Caller } from './authenticate.ts'
import type { Answer } from './call.ts'

/** What is to go wrong on purpose, so that a client can be tried against it. */
export interface Faults {
  /** The fault that this call suffers; it counts as used. */
  take(call: Suffering): Fault | undefined
}

/** A call that has come as far as its token. */
export interface Suffering {
  readonly method: string
  /** Absent where the method needs no token. */
  readonly caller: Caller | undefined
  readonly token: string | undefined
}

export interface Fault {
  readonly id: string
  /** Real time passes, whatever the clock says: a client's own timeout is what it is for. */
  readonly delayMs: number
  /** Absent: after the delay the call goes on as if nothing had been. */
  readonly refusal: Refusal | undefined
  /** In place of the status that goes with the code. */
  readonly status: number | undefined
}

/** What the call is answered instead; nothing where it only had to wait. */
export async function suffer({ delayMs, refusal }: Fault): Promise<Refusal | undefined> {
  if (delayMs > 0) await new Promise<void>((resolve) => setTimeout(resolve, delayMs).unref())
  return refusal
}

/** Statuses that HTTP allows no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/** Gives an answer the status and the `Retry-After` that the fault asks for. */
export function withFault(answer: Answer, { refusal, status = answer.status }: Fault): Answer {
  if (refusal === undefined) return answer
  const { headers } = answer
  const seconds = refusal.retryAfterSeconds
  if (seconds !== undefined && !headers.includes('retry-after')) headers.push('retry-after', String(seconds))
  return { status, headers, body: BODILESS.has(status) ? '' : answer.body }
}
