import { StorageUnavailable } from './store.ts'

/** How many queries of one kind run at a time; what comes meanwhile waits and shares the next one. */
const RUNNING_MAX = 2
/** Keys that one query takes. */
const KEYS_MAX = 500

/** Turns the look-ups of one turn of the event loop into one query. Each is answered by a query that began after it. */
export class Gather<Key, Value> {
  readonly #load: (keys: readonly Key[]) => Promise<ReadonlyMap<string, Value>>
  readonly #waitingMax: number
  #waiting = new Map<string, Waiting<Key, Value>>()
  #running = 0
  #isScheduled = false

  /** `load` gives what it finds by the names of the keys. */
  constructor(waitingMax: number, load: (keys: readonly Key[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#waitingMax = waitingMax
    this.#load = load
  }

  find(name: string, key: Key): Promise<Value | undefined> {
    const joined = this.#waiting.get(name)
    if (joined !== undefined) return joined.answer
    if (this.#waiting.size >= this.#waitingMax) {
      return Promise.reject(new StorageUnavailable('Too many reads are waiting.'))
    }
    const { promise, resolve, reject } = Promise.withResolvers<Value | undefined>()
    this.#waiting.set(name, { key, answer: promise, resolve, reject })
    this.#schedule()
    return promise
  }

  #schedule(): void {
    if (this.#isScheduled || this.#running >= RUNNING_MAX) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      void this.#run()
    })
  }

  async #run(): Promise<void> {
    const taken = [...this.#waiting].slice(0, KEYS_MAX)
    for (const [name] of taken) this.#waiting.delete(name)
    this.#running += 1
    if (this.#waiting.size > 0) this.#schedule()
    try {
      const found = await this.#load(taken.map(([, { key }]) => key))
      for (const [name, { resolve }] of taken) resolve(found.get(name))
    } catch (error) {
      for (const [, { reject }] of taken) reject(error)
    }
    this.#running -= 1
    if (this.#waiting.size > 0) this.#schedule()
  }
}

interface Waiting<Key, Value> {
  readonly key: Key
  readonly answer: Promise<Value | undefined>
  readonly resolve: (value: Value | undefined) => void
  readonly reject: (error: unknown) => void
}
