import { Alarms } from '../alarms.ts'
import type { Clock } from '../clock.ts'

/** Time that only passes: nobody sets it, and it is compared with nobody else's. */
export const monotonicClock: Clock = createMonotonicClock()

function createMonotonicClock(): Clock {
  const now = () => performance.now()
  const alarms = new Alarms({ now, isPassing: () => true }, (error, message) => {
    process.emitWarning(`${message} ${error instanceof Error ? error.stack : String(error)}`)
  })
  return { now, at: (time, wake) => alarms.add(time, wake) }
}
