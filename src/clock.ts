/** The time that everything follows which people may want to move: expiry, limits, retry schedules, token expiry. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Runs `wake` once, when `now()` has reached `time`; at once where it has already. */
  at(time: number, wake: Wake): Cancel
}

/** What is due. A clock that is moved by hand waits for it. */
export type Wake = () => void | Promise<void>
export type Cancel = () => void

/** Node's timers hold no longer delay. */
const DELAY_MS_MAX = 2 ** 31 - 1

/** The time of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  at: (time, wake) => startTimer(time, () => Date.now(), wake),
}

/** A clock that can be stopped, and moved forward. It never goes back. */
export class MovableClock implements Clock {
  /** What to add to the machine's time, while running. */
  #offsetMs = 0
  /** Set while the clock stands still. */
  #frozenAt: number | undefined
  readonly #alarms = new Set<Alarm>()

  now(): number {
    return this.#frozenAt ?? Date.now() + this.#offsetMs
  }

  get isFrozen(): boolean {
    return this.#frozenAt !== undefined
  }

  at(time: number, wake: Wake): Cancel {
    const alarm: Alarm = { time, wake, cancelTimer: () => undefined }
    this.#alarms.add(alarm)
    this.#arm(alarm)
    return () => {
      this.#alarms.delete(alarm)
      alarm.cancelTimer()
    }
  }

  /** Stops the clock where it stands, or lets it go on from there. */
  setFrozen(frozen: boolean): void {
    const now = this.now()
    this.#frozenAt = frozen ? now : undefined
    this.#offsetMs = now - Date.now()
    for (const alarm of this.#alarms) this.#arm(alarm)
  }

  /** Moves to a later time and resolves when all that is due by then has been done, in the order of its time. What is
   * done may set further alarms; those that are due as well are waited for too. */
  async moveTo(time: number): Promise<void> {
    if (time < this.now()) throw new RangeError('The clock goes forward only.')
    for (let due = this.#nextDue(time); due !== undefined; due = this.#nextDue(time)) {
      this.#set(Math.max(due.time, this.now()))
      await this.#ring(due)
    }
    this.#set(Math.max(time, this.now()))
    for (const alarm of this.#alarms) this.#arm(alarm)
  }

  #set(time: number): void {
    if (this.#frozenAt === undefined) this.#offsetMs = time - Date.now()
    else this.#frozenAt = time
  }

  #nextDue(time: number): Alarm | undefined {
    let next: Alarm | undefined
    for (const alarm of this.#alarms) {
      if (alarm.time <= time && (next === undefined || alarm.time < next.time)) next = alarm
    }
    return next
  }

  #arm(alarm: Alarm): void {
    alarm.cancelTimer()
    const isDue = alarm.time <= this.now()
    alarm.cancelTimer =
      this.isFrozen && !isDue ? () => undefined : startTimer(alarm.time, () => this.now(), () => this.#ring(alarm))
  }

  async #ring(alarm: Alarm): Promise<void> {
    if (!this.#alarms.delete(alarm)) return
    alarm.cancelTimer()
    await alarm.wake()
  }
}

interface Alarm {
  readonly time: number
  readonly wake: Wake
  cancelTimer: Cancel
}

function startTimer(time: number, now: () => number, wake: Wake): Cancel {
  let timer: NodeJS.Timeout
  const arm = () => {
    const delay = time - now()
    timer = setTimeout(() => (delay > DELAY_MS_MAX ? arm() : void wake()), Math.min(Math.max(delay, 0), DELAY_MS_MAX))
    timer.unref()
  }
  arm()
  return () => clearTimeout(timer)
}
