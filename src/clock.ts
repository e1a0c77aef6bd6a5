import { Alarms, type Cancel, type Report, type Wake } from './alarms.ts'

export type { Cancel, Report, Wake }

/** The time that everything follows which people may want to move: expiry, limits, retry schedules, token expiry. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Runs `wake` once, when `now()` has reached `time`; soon, and never within this call, where it has already. A wake
   * that fails is reported and not run again. */
  at(time: number, wake: Wake): Cancel
}

/** The time of the machine. */
export function createSystemClock(report: Report = warn): Clock {
  const now = () => Date.now()
  const alarms = new Alarms({ now, isPassing: () => true }, report)
  return { now, at: (time, wake) => alarms.add(time, wake) }
}

export const systemClock: Clock = createSystemClock()

/** A clock that can be stopped, and moved forward by hand. Only `reset` sets it back. */
export class MovableClock implements Clock {
  /** What to add to the machine's time, while it passes. */
  #offsetMs = 0
  /** Set while the time does not pass: because the clock is stopped, or because it is being moved. */
  #standsAt: number | undefined
  #isFrozen = false
  #isMoving = false
  #lastMove: Promise<void> = Promise.resolve()
  readonly #alarms: Alarms

  constructor(report: Report = warn) {
    this.#alarms = new Alarms({ now: () => this.now(), isPassing: () => this.#standsAt === undefined }, report)
  }

  now(): number {
    return this.#standsAt ?? Date.now() + this.#offsetMs
  }

  get isFrozen(): boolean {
    return this.#isFrozen
  }

  at(time: number, wake: Wake): Cancel {
    return this.#alarms.add(time, wake)
  }

  /** Stops the clock where it stands, or lets it go on from there. */
  setFrozen(frozen: boolean): void {
    this.#isFrozen = frozen
    this.#goOnFrom(this.now())
  }

  /** Moves to a later time and resolves when all that is due by then has been done, in the order of its time, or has had
   * its time (`MOVE_MS_MAX`). What is done may set further alarms; those that are due as well are waited for too. Each
   * sees its own time, and no time passes on the way. Moves come one after the other. */
  moveTo(time: number): Promise<void> {
    return this.#move(async () => {
      if (!(time >= this.now())) throw new RangeError('The clock goes forward only.')
      await this.#alarms.ringUntil(time, (due) => this.#goOnFrom(Math.max(due, this.now())))
      this.#goOnFrom(time)
    })
  }

  /** Back to the machine's time, running. Alarms stay, for whatever time they were set. Resolves when nothing rings. */
  reset(): Promise<void> {
    return this.#move(async () => {
      await this.#alarms.settle()
      this.#isFrozen = false
      this.#goOnFrom(Date.now())
    })
  }

  #move(work: () => Promise<void>): Promise<void> {
    const moved = this.#lastMove.then(async () => {
      this.#isMoving = true
      this.#alarms.hold()
      this.#goOnFrom(this.now())
      try {
        await work()
      } finally {
        this.#isMoving = false
        this.#goOnFrom(this.now())
        this.#alarms.release()
      }
    })
    this.#lastMove = moved.catch(() => undefined)
    return moved
  }

  #goOnFrom(time: number): void {
    this.#standsAt = this.#isFrozen || this.#isMoving ? time : undefined
    this.#offsetMs = time - Date.now()
    this.#alarms.arm()
  }
}

/** For clocks that nobody gave a log. */
function warn(error: unknown, message: string): void {
  process.emitWarning(`${message} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
}
