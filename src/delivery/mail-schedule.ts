const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** A mail server that is down for a night is up again in time for the last attempt. */
const RETRY_DELAYS_MS = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS] as const

/** When to try again, in Unix milliseconds, after as many attempts, the last of which failed at `failedAt`; `null`:
 * not any more. */
export function nextMailAt(attempts: number, failedAt: number): number | null {
  const delay = RETRY_DELAYS_MS[attempts - 1]
  return delay === undefined ? null : failedAt + delay
}
