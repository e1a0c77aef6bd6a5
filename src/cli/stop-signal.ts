export interface StopSignal {
  /** Settles with the first SIGINT or SIGTERM. */
  readonly asked: Promise<void>
  /** Lets go of the signals. */
  forget(): void
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** One press of Ctrl-C may arrive several times: from the terminal, from npm, and from scripts/start.mjs. */
const SAME_PRESS_MS = 500

/** The first signal asks to stop; a second one ends the process at once. */
export function listenForStop(): StopSignal {
  let stop: () => void = () => undefined
  let askedAt: number | undefined
  const asked = new Promise<void>((settle) => {
    stop = settle
  })
  const onSignal = (signal: keyof typeof EXIT_CODES) => {
    const now = performance.now()
    if (askedAt !== undefined && now - askedAt > SAME_PRESS_MS) process.exit(EXIT_CODES[signal])
    askedAt ??= now
    stop()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    asked,
    forget() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
