import { MINUTE_MS } from '../../../domain/limits/counters.ts'

/** The time by which this process remembers what the database has told it. */
export interface LocalTime {
  /** When a call is made. */
  ask(callTime: number): number
  /** When the call that was made at that time is answered. */
  answer(askedAt: number): number
  /** By which old rows are to be recognised; absent where the database knows. */
  readonly present: number | undefined
  /** Nothing of before is remembered any more. */
  restart(): void
}

/** Milliseconds that pass evenly, whatever anybody does to a clock. */
export const evenTime: LocalTime = {
  ask: () => performance.now(),
  answer: () => performance.now(),
  present: undefined,
  restart: () => undefined,
}

/** The time that calls name. It never goes back, but for a clock that was set back by more than a minute. */
export function callersTime(onSetBack: () => void): LocalTime {
  let latest = 0
  return {
    ask(callTime) {
      if (callTime < latest - MINUTE_MS) {
        onSetBack()
        latest = 0
      }
      latest = Math.max(latest, callTime)
      return latest
    },
    answer: (askedAt) => askedAt,
    get present() {
      return latest
    },
    restart: () => {
      latest = 0
    },
  }
}
