import { StorageUnavailable } from './store.ts'

export interface TurnsOptions<Call> {
  /** The next one is refused with `StorageUnavailable`. */
  readonly waitingMax: number
  /** Of one batch. */
  readonly callsMax: number
  /** Calls of different groups are performed beside each other, and fail without each other. */
  readonly groupOf: (call: Call) => string
}

/** Takes the calls of one turn of the event loop together, in their order, one batch after the other: what comes
 * meanwhile makes the next one. */
export class Turns<Call, Answer> {
  readonly #options: TurnsOptions<Call>
  readonly #perform: (calls: readonly Call[]) => Promise<readonly Answer[]>
  #waiting: Waiting<Call, Answer>[] = []
  #running: Promise<void> | undefined
  #isClosing = false

  /** `perform` gives one answer for each call. Where it rejects, all of them do. */
  constructor(options: TurnsOptions<Call>, perform: (calls: readonly Call[]) => Promise<readonly Answer[]>) {
    this.#options = options
    this.#perform = perform
  }

  add(call: Call): Promise<Answer> {
    if (this.#isClosing) return Promise.reject(new StorageUnavailable('The store is closing.'))
    if (this.#waiting.length >= this.#options.waitingMax) {
      return Promise.reject(new StorageUnavailable('Too many calls are waiting.'))
    }
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.#waiting.push({ call, resolve, reject })
    this.#running ??= this.#run()
    return promise
  }

  /** Refuses new calls and resolves when every earlier one is answered. */
  async close(): Promise<void> {
    this.#isClosing = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      const taken = this.#waiting.slice(0, this.#options.callsMax)
      this.#waiting = this.#waiting.slice(taken.length)
      const groups = Map.groupBy(taken, ({ call }) => this.#options.groupOf(call))
      await Promise.all([...groups.values()].map((group) => this.#answer(group)))
    }
    this.#running = undefined
  }

  async #answer(taken: readonly Waiting<Call, Answer>[]): Promise<void> {
    try {
      const answers = await this.#perform(taken.map(({ call }) => call))
      for (const [index, { resolve }] of taken.entries()) resolve(answers[index] as Answer)
    } catch (error) {
      for (const { reject } of taken) reject(error)
    }
  }
}

interface Waiting<Call, Answer> {
  readonly call: Call
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}
