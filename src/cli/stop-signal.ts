export interface StopSignal {
  /** Settles with the first SIGINT or SIGTERM. */
  readonly asked: Promise<void>
  /** Lets go of the signals. */
  forget(): void
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** The first signal asks to stop; a second one ends the process at once. */
export function listenForStop(): StopSignal {
  let stop: () => void = () => undefined
  let isAsked = false
  const asked = new Promise<void>((settle) => {
    stop = settle
  })
  const onSignal = (signal: keyof typeof EXIT_CODES) => {
    if (isAsked) process.exit(EXIT_CODES[signal])
    isAsked = true
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
