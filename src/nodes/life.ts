import { randomUUID } from 'node:crypto'
import type { Cancel, Clock } from '../clock.ts'
import type { Leases } from '../storage/leases.ts'

/** How long a node lives without a sign of life: as long, at most, nobody does its work after it has died. */
export const VALID_MS = 10_000
/** How often it gives one, and looks for work that is free. */
export const BEAT_MS = 1000
/** How soon after the last one it may give another, when it hears that work is free. */
const BEAT_MS_MIN = 100

export interface LifeParts {
  readonly leases: Leases
  /** Where nobody else is on the store, a life needs no signs. */
  readonly isShared: boolean
  /** It only passes. */
  readonly clock: Clock
  readonly log: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
  /** After each sign of life. */
  readonly onBeat: () => void
  /** Others may have all that this node had. */
  readonly onLost: () => void
}

/** The life of one node: its signs, and whether it may still rely on them. A life that is over is followed by another
 * one, under another id. */
export class Life {
  readonly #parts: LifeParts
  readonly #validMs: number
  #id = ''
  #living: readonly string[] = []
  /** By the clock, counted from before the last sign was sent: the store counts from later. */
  #validUntil = Number.NEGATIVE_INFINITY
  #beating: Promise<void> = Promise.resolve()
  #isStopped = false
  #isBeating = false
  /** Whether it was heard since that work is free. */
  #isCalled = false
  #beatAt = Number.NEGATIVE_INFINITY
  #forgetCalls = () => {}
  /** Whether the last sign did not get through. */
  #isUnheard = false
  #cancelBeat: Cancel = () => undefined
  #cancelLoss: Cancel = () => undefined

  constructor(parts: LifeParts) {
    this.#parts = parts
    this.#validMs = parts.isShared ? VALID_MS : Number.POSITIVE_INFINITY
  }

  get id(): string {
    return this.#id
  }

  /** All nodes, this one too, by their ids; the same list as long as nobody comes or goes. */
  get living(): readonly string[] {
    return this.#living
  }

  /** Whether nobody else can have yet what this node has. */
  isValid(): boolean {
    return this.#parts.clock.now() < this.#validUntil
  }

  async start(): Promise<void> {
    await this.#begin()
    if (!this.#parts.isShared) return
    this.#forgetCalls = this.#parts.leases.onFreed(() => this.#hearCall())
    this.#beatLater()
  }

  /** Leaves everything to others at once. Where the store is away, they wait until this life has run out. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#forgetCalls()
    this.#cancelBeat()
    this.#cancelLoss()
    await this.#beating
    await this.#parts.leases.end(this.#id).catch(() => undefined)
  }

  async #begin(): Promise<void> {
    const { leases, clock } = this.#parts
    const id = randomUUID()
    const sentAt = clock.now()
    await leases.begin(id, this.#validMs)
    this.#id = id
    this.#prolong(await leases.renew(id, this.#validMs), sentAt)
  }

  #hearCall(): void {
    if (this.#isCalled) return
    this.#isCalled = true
    if (!this.#isBeating) this.#beatLater()
  }

  #beatLater(): void {
    const { clock } = this.#parts
    if (this.#isStopped) return
    this.#cancelBeat()
    const at = this.#isCalled ? this.#beatAt + BEAT_MS_MIN : clock.now() + BEAT_MS
    // No clock waits for it: a store that hangs is waited for by the life itself.
    this.#cancelBeat = clock.at(at, () => {
      this.#beating = this.#beatQuietly()
    })
  }

  async #beatQuietly(): Promise<void> {
    const { clock, log, onBeat } = this.#parts
    this.#isBeating = true
    this.#isCalled = false
    this.#beatAt = clock.now()
    try {
      await this.#beat()
      if (this.#isUnheard) log.info({ node: this.#id }, 'This node is heard of again.')
      this.#isUnheard = false
      if (!this.#isStopped) onBeat()
    } catch (err) {
      if (!this.#isUnheard) log.warn({ node: this.#id, err }, 'This node cannot give a sign of life just now.')
      this.#isUnheard = true
    }
    this.#isBeating = false
    this.#beatLater()
  }

  async #beat(): Promise<void> {
    const { leases, clock } = this.#parts
    const sentAt = clock.now()
    const living = this.isValid() ? await leases.renew(this.#id, this.#validMs) : []
    // An answer that comes too late finds a life that is over already, whatever it says.
    if (living.length > 0 && this.isValid()) return this.#prolong(living, sentAt)
    this.#lose()
    await leases.end(this.#id)
    await this.#begin()
  }

  #prolong(living: readonly string[], sentAt: number): void {
    const { clock } = this.#parts
    const isSame = living.length === this.#living.length && living.every((id, index) => id === this.#living[index])
    if (!isSame) this.#living = living
    this.#validUntil = sentAt + this.#validMs
    this.#cancelLoss()
    if (this.#parts.isShared) this.#cancelLoss = clock.at(this.#validUntil, () => this.#lose())
  }

  #lose(): void {
    const { log, onLost } = this.#parts
    this.#cancelLoss()
    this.#cancelLoss = () => undefined
    if (this.#validUntil === Number.NEGATIVE_INFINITY) return
    this.#validUntil = Number.NEGATIVE_INFINITY
    log.warn({ node: this.#id }, 'This node was not heard of for too long: others may do its work.')
    onLost()
  }
}
