import type { MovableClock } from '../clock.ts'
import type { Controls } from '../controls/controls.ts'
import { controlled } from './controlled.ts'

/** The time that expiry, limits, retries and tokens follow. It goes forward only; `reset` sets it back. */
export interface TestClock {
  /** Unix seconds, whole, as `status_expiration` takes them. */
  now(): number
  /** By seconds, or text such as `2h30m`. When it has resolved, all that was due by then has happened: statuses have
   * expired, deliveries have been started. */
  advance(by: number | string): Promise<void>
  /** To a date or Unix seconds, in the same way. */
  set(to: Date | number): Promise<void>
  freeze(): void
  /** Lets it go on from where it stands. */
  unfreeze(): void
}

export function createTestClock(clock: MovableClock, controls: Pick<Controls, 'moveClock'>): TestClock {
  return {
    now: () => Math.floor(clock.now() / 1000),
    async advance(by) {
      await controlled(controls.moveClock({ advance: by }))
    },
    async set(to) {
      await controlled(controls.moveClock({ now: typeof to === 'number' ? to : to.getTime() / 1000 }))
    },
    freeze: () => clock.setFrozen(true),
    unfreeze: () => clock.setFrozen(false),
  }
}
