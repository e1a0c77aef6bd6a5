const MINUTE_MS = 60_000
const MINUTES = 60

/** What was delivered to one app in some time. */
export interface Counts {
  /** Events, each counted once, however often it was tried. */
  readonly events: number
  readonly attempts: number
  readonly failures: number
}

const NONE: Counts = { events: 0, attempts: 0, failures: 0 }

/** The counts of the last sixty minutes, the present one among them. */
export class HourWindow {
  /** By the number of the minute, oldest first. */
  #minutes: { readonly minute: number; counts: Counts }[] = []

  add(now: number, more: Partial<Counts>): void {
    this.#forgetBefore(now)
    const minute = minuteOf(now)
    const last = this.#minutes.at(-1)
    if (last?.minute === minute) last.counts = sum(last.counts, { ...NONE, ...more })
    else this.#minutes.push({ minute, counts: { ...NONE, ...more } })
  }

  totals(now: number): Counts {
    this.#forgetBefore(now)
    return this.#minutes.reduce((total, { counts }) => sum(total, counts), NONE)
  }

  clear(): void {
    this.#minutes = []
  }

  #forgetBefore(now: number): void {
    const oldest = minuteOf(now) - MINUTES + 1
    while (this.#minutes[0] !== undefined && this.#minutes[0].minute < oldest) this.#minutes.shift()
  }
}

/** Minutes since 1970. */
export function minuteOf(now: number): number {
  return Math.floor(now / MINUTE_MS)
}

function sum(one: Counts, other: Counts): Counts {
  return {
    events: one.events + other.events,
    attempts: one.attempts + other.attempts,
    failures: one.failures + other.failures,
  }
}
