import type { TestContext } from 'node:test'
import { MovableClock } from '../../src/clock.ts'

export const NOW = Date.UTC(2026, 0, 15, 10)
export const HOUR = 3_600_000

/** The machine's own time goes on only when a test says so. */
export function machine(t: TestContext) {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: NOW })
  return t.mock.timers
}

/** Lets everything run that waits for promises alone. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

export function movable(t: TestContext) {
  const timers = machine(t)
  const reports: string[] = []
  const clock = new MovableClock((error, message) => reports.push(`${(error as Error).message} ${message}`))
  return { clock, timers, reports }
}
