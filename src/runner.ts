import type { Cancel, Clock } from './clock.ts'

const PAUSE_MS_MIN = 100
const PAUSE_MS_MAX = 10_000

export interface RunnerOptions {
  readonly work: () => Promise<void>
  /** The time that passes between attempts. */
  readonly clock: Clock
  readonly onFailure: (error: unknown) => void
}

/** Does one piece of work at a time, and again after ever longer pauses until it succeeds. */
export class Runner {
  readonly #options: RunnerOptions
  #isAsked = false
  #running: Promise<void> | undefined
  #isStopped = false
  #endPause: () => void = () => undefined

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Resolves when the work was begun after this call and has succeeded, or when the runner is stopped. */
  run(): Promise<void> {
    this.#isAsked = true
    this.#running ??= this.#untilDone()
    return this.#running
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#endPause()
    await this.#running
  }

  async #untilDone(): Promise<void> {
    let pauseMs = PAUSE_MS_MIN
    while (this.#isAsked && !this.#isStopped) {
      this.#isAsked = false
      try {
        await this.#options.work()
        pauseMs = PAUSE_MS_MIN
      } catch (error) {
        this.#isAsked = true
        this.#options.onFailure(error)
        await this.#pause(pauseMs)
        pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)
      }
    }
    this.#running = undefined
  }

  #pause(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve()
    return new Promise((resolve) => {
      const { clock } = this.#options
      const cancel: Cancel = clock.at(clock.now() + ms, resolve)
      this.#endPause = () => {
        cancel()
        resolve()
      }
    })
  }
}
