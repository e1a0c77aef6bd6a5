const MINUTE_MS = 60_000

/** Slack: retried "nearly immediately", after one minute, after five — the Events API, error handling */
const RETRY_DELAYS_MS = [0, MINUTE_MS, 5 * MINUTE_MS] as const

/** The first attempt and its retries. */
export const ATTEMPTS_MAX = 1 + RETRY_DELAYS_MS.length

/** When to try again, in Unix milliseconds, after as many attempts, the last of which began at `triedAt` and failed;
 * `null`: not by itself any more. Its end has no say: by then a clock may have been moved far beyond. */
export function nextAttemptAt(attempts: number, triedAt: number): number | null {
  const delay = RETRY_DELAYS_MS[attempts - 1]
  return delay === undefined ? null : triedAt + delay
}
