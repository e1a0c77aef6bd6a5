import { readBoolean } from '../workspace/read-values.ts'
import type { Spot } from '../workspace/spot.ts'
import type { ControlRefusal } from './control-refusal.ts'
import { maybe, readControl } from './read-control.ts'

/** What `POST /_nametag/clock` asks for. */
export interface Move {
  /** Unix seconds. */
  readonly now: number | undefined
  /** Milliseconds. */
  readonly advanceMs: number | undefined
  readonly frozen: boolean | undefined
}

/** The last second of the year 9999: no date beyond it can be written. */
export const SECONDS_MAX = 253_402_300_799

const UNIT_SECONDS = { d: 86_400, h: 3600, m: 60, s: 1 } as const

export function readMove(body: unknown): Move | ControlRefusal {
  return readControl(body, (keys) => ({
    now: maybe(keys, 'now', readSeconds),
    advanceMs: maybe(keys, 'advance', readAdvance),
    frozen: maybe(keys, 'frozen', readBoolean),
  }))
}

function readSeconds(spot: Spot): number | undefined {
  if (isSeconds(spot.value)) return spot.value
  return spot.problem(`must be Unix seconds, a number from 0 to ${SECONDS_MAX}`)
}

function readAdvance(spot: Spot): number | undefined {
  const seconds = typeof spot.value === 'string' ? secondsOf(spot.value) : spot.value
  if (isSeconds(seconds)) return Math.round(seconds * 1000)
  return spot.problem('must be seconds, 0 or more, or text such as "2h30m", with d, h, m and s in this order')
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= SECONDS_MAX
}

/** Of `1d2h30m5s`; nothing where the text is no such length. */
function secondsOf(text: string): number | undefined {
  const [, ...amounts] = /^(?=\d)(?:(\d{1,12})d)?(?:(\d{1,12})h)?(?:(\d{1,12})m)?(?:(\d{1,12})s)?$/.exec(text) ?? []
  if (amounts.length === 0) return undefined
  const units = Object.values(UNIT_SECONDS)
  return amounts.reduce((sum, amount, index) => sum + Number(amount ?? 0) * (units[index] ?? 0), 0)
}
