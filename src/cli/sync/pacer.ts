/** Slack: "a single token may only set 30 user profiles per minute" — rate limits */
const DISTINCT_PER_MINUTE = 30
const WINDOW_MS = 60_000

/** Keeps to the limit before the server has to say so. Each person is written once, so that calls count as people. */
export function createPacer(now: () => number, wait: (milliseconds: number) => Promise<unknown>) {
  const writes: number[] = []
  return {
    async next(): Promise<void> {
      const oldest = writes.length < DISTINCT_PER_MINUTE ? undefined : writes.at(-DISTINCT_PER_MINUTE)
      // The server counts from when a call arrives, which is later than when it leaves.
      const waitMs = oldest === undefined ? 0 : oldest + WINDOW_MS - now()
      if (waitMs > 0) await wait(waitMs)
    },
    /** Told when the answer is there. */
    done(): void {
      writes.push(now())
      if (writes.length > DISTINCT_PER_MINUTE) writes.shift()
    },
  }
}
