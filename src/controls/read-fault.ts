import { parseUserId } from '../domain/ids.ts'
import { oneOf, type Read, readId } from '../workspace/read-values.ts'
import { ControlRefusal, isControlRefusal } from './control-refusal.ts'
import { maybe, readControl, wholeNumber } from './read-control.ts'

/** What `POST /_nametag/faults` asks for, as it is sent: which calls, and what happens to them. */
export interface FaultAsked {
  readonly method: string | undefined
  /** Id of whom the token acts as. */
  readonly user: string | undefined
  /** The token itself or its id. */
  readonly token: string | undefined
  readonly error: string | undefined
  readonly status: number | undefined
  /** Seconds. */
  readonly retry_after: number | undefined
  readonly times: number
  readonly delay_ms: number | undefined
}

export const DELAY_MS_MAX = 60_000
const TIMES_MAX = 1_000_000
const RETRY_SECONDS_MAX = 86_400
const TEXT_LENGTH_MAX = 512

export function readFault(body: unknown, methods: readonly string[]): FaultAsked | ControlRefusal {
  const fault = readControl(body, (keys) => ({
    method: maybe(keys, 'method', oneOf(methods)),
    user: maybe(keys, 'user', readId(parseUserId, 'U0ADA00001')),
    token: maybe(keys, 'token', readShortText),
    error: maybe(keys, 'error', readShortText),
    status: maybe(keys, 'status', wholeNumber(200, 599)),
    retry_after: maybe(keys, 'retry_after', wholeNumber(0, RETRY_SECONDS_MAX)),
    times: keys.take('times', wholeNumber(1, TIMES_MAX), 1),
    delay_ms: maybe(keys, 'delay_ms', wholeNumber(0, DELAY_MS_MAX)),
  }))
  if (isControlRefusal(fault) || hasEffect(fault)) return fault
  return new ControlRefusal(400, 'invalid_arguments', 'say what is to happen: error, status, retry_after or delay_ms')
}

function hasEffect({ error, status, retry_after: seconds, delay_ms: delay }: FaultAsked): boolean {
  return error !== undefined || status !== undefined || seconds !== undefined || (delay ?? 0) > 0
}

const readShortText: Read<string> = (spot) => {
  const { value } = spot
  if (typeof value === 'string' && value !== '' && value.length <= TEXT_LENGTH_MAX) return value
  return spot.problem(`must be text of 1 to ${TEXT_LENGTH_MAX} characters`)
}
