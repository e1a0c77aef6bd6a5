import type { Lease } from '../storage/leases.ts'
import type { Held, Work } from './work.ts'

/** A piece of work as the node sees it: whether it has the lease, and what it is just doing about it. */
export class Task {
  readonly work: Work
  readonly #isValid: () => boolean
  readonly #onFailure: (error: unknown) => void
  #lease: Lease | undefined
  #turn: Promise<void> | undefined
  #isFinishing = false

  constructor(work: Work, isValid: () => boolean, onFailure: (error: unknown) => void) {
    this.work = work
    this.#isValid = isValid
    this.#onFailure = onFailure
  }

  get lease(): Lease | undefined {
    return this.#lease
  }

  /** Whether it has no lease and is done with the last one. */
  get isIdle(): boolean {
    return this.#lease === undefined && this.#turn === undefined
  }

  /** Resolves when the work has begun, to false where it could not. */
  async begin(lease: Lease, onLost: () => void): Promise<boolean> {
    this.#lease = lease
    const held: Held = {
      lease,
      isValid: () => this.#lease === lease && this.#isValid(),
      lose: () => {
        if (this.#lease !== lease) return
        this.abandon()
        onLost()
      },
    }
    let hasBegun = false
    await this.#inTurn(async () => {
      await this.work.begin(held)
      hasBegun = true
    })
    return hasBegun
  }

  /** What is to be given back when the work is finished; nothing where it was lost before, or is being finished. */
  async finish(): Promise<Lease | undefined> {
    if (this.#isFinishing) {
      await this.#turn
      return undefined
    }
    this.#isFinishing = true
    await this.#turn
    if (this.#lease !== undefined) await this.#inTurn(() => this.work.finish())
    this.#isFinishing = false
    const lease = this.#lease
    this.#lease = undefined
    return lease
  }

  /** Waits for nobody. */
  abandon(): void {
    if (this.#lease === undefined) return
    this.#lease = undefined
    void this.#inTurn(() => this.work.abandon())
  }

  /** Never rejects. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn: Promise<void> = Promise.all([this.#turn, work().catch(this.#onFailure)]).then(() => {
      if (this.#turn === turn) this.#turn = undefined
    })
    this.#turn = turn
    return turn
  }
}
