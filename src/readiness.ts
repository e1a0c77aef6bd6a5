/** What keeps a server from serving. */
export type NotReady = 'starting' | 'draining' | 'database'

/** Whether this server is to be sent calls (docs/decisions/0054). */
export interface Readiness {
  /** What is missing; empty where nothing is. The database is asked once a second at most. */
  find(): Promise<readonly NotReady[]>
  /** Everything runs that has to hear of calls. */
  started(): void
  /** Nothing more is to be sent here; what comes all the same is answered. */
  drain(): void
}

export interface ReadinessOptions {
  /** Rejects where the database takes no writes just now. */
  readonly ping: () => Promise<void>
  /** Milliseconds that pass evenly. */
  readonly now?: () => number
  /** Lower in tests only. */
  readonly timeoutMs?: number
}

const PING_TIMEOUT_MS = 2_000
/** Whoever asks more often gets the last answer. */
const KNOWN_MS = 1_000

export function createReadiness({
  ping,
  now = () => performance.now(),
  timeoutMs = PING_TIMEOUT_MS,
}: ReadinessOptions): Readiness {
  let isStarted = false
  let isDraining = false
  let known: { readonly at: number; readonly answers: Promise<boolean> } | undefined

  return {
    async find() {
      if (isDraining) return ['draining']
      if (!isStarted) return ['starting']
      return (await askDatabase()) ? [] : ['database']
    },
    started() {
      isStarted = true
    },
    drain() {
      isDraining = true
    },
  }

  /** Those who ask meanwhile wait for the same answer. */
  function askDatabase(): Promise<boolean> {
    const at = now()
    if (known === undefined || at - known.at >= KNOWN_MS) known = { at, answers: answersInTime(ping, timeoutMs) }
    return known.answers
  }
}

function answersInTime(ping: () => Promise<void>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs)
    timer.unref()
    ping()
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(timer))
  })
}
