/** What is due. Whoever moves a clock by hand waits for it. */
export type Wake = () => void | Promise<void>
export type Cancel = () => void
/** Told of a wake that failed or hangs: neither may stop a clock. */
export type Report = (error: unknown, message: string) => void

/** How long a wake is waited for. It goes on afterwards, with nobody waiting. */
export const WAKE_MS_MAX = 10_000
/** How long one move of a clock may take, and how many wakes it waits for. What is due then still rings, a little later. */
export const MOVE_MS_MAX = 30_000
export const MOVE_WAKES_MAX = 10_000
/** A machine that slept, or whose time was set, is noticed within this time. */
const LOOK_MS_MAX = 1000

interface Alarm {
  readonly time: number
  readonly wake: Wake
  isOn: boolean
}

interface Time {
  /** Unix milliseconds. */
  now(): number
  /** Whether it goes on by itself. */
  isPassing(): boolean
}

/** The alarms of one clock, rung in the order of their times by one timer, which keeps no process alive. */
export class Alarms {
  readonly #time: Time
  readonly #report: Report
  /** The earliest first; those of one time in the order they were set. */
  readonly #waiting: Alarm[] = []
  readonly #ringing = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #isHeld = false

  constructor(time: Time, report: Report) {
    this.#time = time
    this.#report = report
  }

  add(time: number, wake: Wake): Cancel {
    if (Number.isNaN(time)) throw new RangeError('An alarm needs a time.')
    const alarm: Alarm = { time, wake, isOn: true }
    this.#waiting.splice(this.#placeOf(time), 0, alarm)
    this.arm()
    return () => {
      if (!alarm.isOn) return
      alarm.isOn = false
      const place = this.#waiting.indexOf(alarm)
      if (place >= 0) this.#waiting.splice(place, 1)
      this.arm()
    }
  }

  /** Sets the timer anew, after the time was set or stopped. */
  arm(): void {
    clearTimeout(this.#timer)
    const [next] = this.#waiting
    if (next === undefined || this.#isHeld) return
    const delay = next.time - this.#time.now()
    if (delay > 0 && !this.#time.isPassing()) return
    this.#timer = setTimeout(() => this.#ringDue(), Math.min(Math.max(delay, 0), LOOK_MS_MAX)).unref()
  }

  /** Keeps the timer from ringing. */
  hold(): void {
    this.#isHeld = true
    clearTimeout(this.#timer)
  }

  release(): void {
    this.#isHeld = false
    this.arm()
  }

  /** Resolves when nothing rings any more. */
  async settle(): Promise<void> {
    await Promise.all(this.#ringing)
  }

  /** Rings one after the other what is due until `time`, also what is set meanwhile, and waits for it. */
  async ringUntil(time: number, setTime: (due: number) => void): Promise<void> {
    const endAt = performance.now() + MOVE_MS_MAX
    for (let wakes = 0; wakes < MOVE_WAKES_MAX && performance.now() < endAt; wakes++) {
      // What rang by itself a moment ago belongs to what is due.
      await this.settle()
      const [next] = this.#waiting
      if (next === undefined || next.time > time) return
      this.#waiting.shift()
      setTime(next.time)
      await this.#ring(next)
    }
    this.#report(new Error('Too much was due.'), 'The clock was moved before everything that was due had been done.')
  }

  #ringDue(): void {
    const now = this.#time.now()
    const due = this.#waiting.splice(0, this.#placeOf(now))
    // One of them may cancel another.
    for (const alarm of due) if (alarm.isOn) void this.#ring(alarm)
    this.arm()
  }

  /** Never rejects. */
  #ring(alarm: Alarm): Promise<void> {
    alarm.isOn = false
    const ended = bounded(this.#run(alarm.wake), () =>
      this.#report(new Error(`It takes longer than ${WAKE_MS_MAX} ms.`), 'The clock no longer waits for what was due.'),
    ).finally(() => this.#ringing.delete(ended))
    this.#ringing.add(ended)
    return ended
  }

  async #run(wake: Wake): Promise<void> {
    try {
      await wake()
    } catch (error) {
      this.#report(error, 'What was due has failed.')
    }
  }

  /** Behind all alarms of that time. */
  #placeOf(time: number): number {
    let low = 0
    let high = this.#waiting.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#waiting[middle]?.time ?? Number.POSITIVE_INFINITY) <= time) low = middle + 1
      else high = middle
    }
    return low
  }
}

async function bounded(work: Promise<void>, onLate: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      onLate()
      resolve()
    }, WAKE_MS_MAX).unref()
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
