import type { MovableClock } from '../clock.ts'
import { ControlRefusal, isControlRefusal } from './control-refusal.ts'
import type { StoreReader } from './ports.ts'
import { type Move, SECONDS_MAX } from './read-move.ts'

export interface ClockState {
  /** Unix seconds. */
  readonly now: number
  readonly frozen: boolean
}

export function tellClock(clock: MovableClock): ClockState {
  return { now: Math.floor(clock.now() / 1000), frozen: clock.isFrozen }
}

/** Sets the clock to `now`, moves it by `advance`, then stops it or lets it run as `frozen` says, or as it was: in this
 * order, whatever the order of the keys, and without time passing in between. A refused move changes nothing. */
export async function moveClock(
  clock: MovableClock,
  move: Move,
  readers: readonly StoreReader[],
): Promise<ClockState | ControlRefusal> {
  const { isFrozen } = clock
  clock.setFrozen(true)
  const isMoved = move.now !== undefined || move.advanceMs !== undefined
  const target = isMoved ? targetOf(move, clock.now()) : undefined
  if (target !== undefined && !isControlRefusal(target)) await moveTo(clock, target, readers)
  clock.setFrozen(isControlRefusal(target) ? isFrozen : (move.frozen ?? isFrozen))
  return isControlRefusal(target) ? target : tellClock(clock)
}

function targetOf({ now, advanceMs = 0 }: Move, present: number): number | ControlRefusal {
  const start = now === undefined ? present : startOf(now, present)
  if (start < present) return goesForward(present)
  const target = start + advanceMs
  return target > SECONDS_MAX * 1000 ? tooFar() : target
}

/** The last that is due are the readers, so that a reader which hangs is waited for no longer than others are. */
function moveTo(clock: MovableClock, target: number, readers: readonly StoreReader[]): Promise<void> {
  for (const reader of readers) if (reader.runDue) clock.at(target, () => reader.runDue?.())
  return clock.moveTo(target)
}

/** The second that is told is the one that runs: to be set to it again is no step back. */
function startOf(seconds: number, present: number): number {
  return seconds === Math.floor(present / 1000) ? present : Math.round(seconds * 1000)
}

function goesForward(present: number): ControlRefusal {
  return new ControlRefusal(
    400,
    'clock_goes_forward',
    `now: it is ${Math.floor(present / 1000)} already, and time never goes back; POST /_nametag/reset begins again`,
  )
}

function tooFar(): ControlRefusal {
  return new ControlRefusal(400, 'invalid_arguments', `advance: leads beyond ${SECONDS_MAX}, the last second there is`)
}
