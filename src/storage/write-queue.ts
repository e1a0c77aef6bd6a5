import type { Refusal } from '../domain/errors.ts'
import type { ChangeCall } from './deciding.ts'
import type { StoreLimits } from './limits.ts'
import { type Change, type ChangeKey, type Loaded, StorageUnavailable } from './store.ts'

/** The one line that all writes of a store stand in. Changes that wait together become one batch; administrative work
 * is done alone, in its place between them. */
export class WriteQueue {
  readonly #limits: StoreLimits
  readonly #perform: (calls: readonly ChangeCall[]) => Promise<void> | void
  readonly #isByTeam: boolean
  #waiting: (ChangeCall | Work)[] = []
  #running: Promise<void> | undefined
  #isClosing = false

  /** `perform` settles every call that it is given. `isByTeam`: those of one team at a time, for engines that shard. */
  constructor(
    limits: StoreLimits,
    perform: (calls: readonly ChangeCall[]) => Promise<void> | void,
    { isByTeam = false } = {},
  ) {
    this.#limits = limits
    this.#perform = perform
    this.#isByTeam = isByTeam
  }

  change<Decision extends Refusal | Change>(key: ChangeKey, decide: (loaded: Loaded) => Decision): Promise<Decision> {
    return new Promise((resolve, reject) => {
      // A call is resolved with what its own `decide` returned and nothing else.
      this.#add({ key, decide, resolve: resolve as (decision: Refusal | Change) => void, reject })
    })
  }

  /** Does `work` when everything that stands before it is committed. */
  alone<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const run = async () => resolve(await work())
      this.#add({ run: () => run().catch(reject), reject })
    })
  }

  get length(): number {
    return this.#waiting.length
  }

  /** Refuses new calls and resolves when every earlier one is answered. */
  async close(): Promise<void> {
    this.#isClosing = true
    await this.#running
  }

  #add(entry: ChangeCall | Work): void {
    if (this.#isClosing) entry.reject(new StorageUnavailable('The store is closing.'))
    else if (this.#waiting.length >= this.#limits.queuedCallsMax) {
      entry.reject(new StorageUnavailable('Too many writes are waiting.'))
    } else {
      this.#waiting.push(entry)
      this.#running ??= this.#run()
    }
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // One turn of the event loop lets the calls that have arrived join this batch, and the answers of the last one leave.
      await new Promise((resolve) => setImmediate(resolve))
      const next = this.#take()
      if ('run' in next) await next.run()
      else await this.#performOrReject(next)
    }
    this.#running = undefined
  }

  /** A fault of the engine must not leave callers without an answer, nor those behind them. */
  async #performOrReject(calls: readonly ChangeCall[]): Promise<void> {
    try {
      await this.#perform(calls)
    } catch (error) {
      for (const call of calls) call.reject(error)
    }
  }

  #take(): readonly ChangeCall[] | Work {
    const [first] = this.#waiting
    if (first !== undefined && 'run' in first) {
      this.#waiting.shift()
      return first
    }
    if (this.#isByTeam && first !== undefined) return this.#takeTeam(first)
    const window = this.#waiting.slice(0, this.#limits.batchCallsMax)
    const end = window.findIndex((entry) => 'run' in entry)
    const calls = (end === -1 ? window : window.slice(0, end)) as ChangeCall[]
    this.#waiting = this.#waiting.slice(calls.length)
    return calls
  }

  /** Those of the team that has waited longest, as far as the next administrative work. */
  #takeTeam({ key: { teamId } }: ChangeCall): readonly ChangeCall[] {
    const end = this.#waiting.findIndex((entry) => 'run' in entry)
    const calls = (end === -1 ? this.#waiting : this.#waiting.slice(0, end)) as ChangeCall[]
    const ofTeam = calls.filter(({ key }) => key.teamId === teamId).slice(0, this.#limits.batchCallsMax)
    const taken = new Set<ChangeCall | Work>(ofTeam)
    this.#waiting = this.#waiting.filter((entry) => !taken.has(entry))
    return ofTeam
  }
}

interface Work {
  readonly run: () => Promise<void>
  readonly reject: (error: unknown) => void
}
