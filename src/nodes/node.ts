import type { Clock } from '../clock.ts'
import type { Lease, Leases, WorkName } from '../storage/leases.ts'
import { BEAT_MS, Life, type LifeParts } from './life.ts'
import { monotonicClock } from './monotonic-clock.ts'
import { chooseNode } from './rendezvous.ts'
import { Task } from './task.ts'
import type { Work } from './work.ts'

export interface NodeOptions {
  readonly store: {
    readonly leases: Leases
    /** Where nobody else is on the store, all work is this node's at once and for good. */
    readonly isShared: boolean
  }
  readonly log: LifeParts['log']
  /** It only passes; for tests. */
  readonly clock?: Clock
}

/** This process as one of those that share a store: it has leases of work, and tells whoever wanted the work when it is
 * theirs and when it no longer is (docs/decisions/0051). */
export interface Node {
  /** Resolves when it lives. */
  start(): Promise<void>
  /** From the next look on, the work is sought. Returns how to want it no more, which finishes it; right after that it is
   * given back. */
  want(work: Work): () => Promise<void>
  /** Takes what is wanted and free, and begins to finish what another node is to have. Resolves when what was taken has
   * begun. It comes after each sign of life, too. */
  look(): Promise<void>
  /** Finishes all its work and leaves. A store that is away is not waited for: there, this node's time runs out. */
  stop(): Promise<void>
}

/** Leases that are asked for at once. */
const TAKEN_AT_ONCE_MAX = 1000
/** How long the store is waited for at the end. */
const LEAVE_MS_MAX = 1000

export function createNode(options: NodeOptions): Node {
  return new LeasingNode(options)
}

class LeasingNode implements Node {
  readonly #leases: Leases
  readonly #isShared: boolean
  readonly #clock: Clock
  readonly #log: LifeParts['log']
  readonly #life: Life
  /** What is wanted. */
  readonly #tasks = new Map<string, Task>()
  /** What is wanted no more and has not ended yet. */
  readonly #leaving = new Map<string, Task>()
  /** What the store is to hear of. */
  #given: Lease[] = []
  #isGiving = false
  #looking: Promise<void> = Promise.resolve()
  #nextLook: Promise<void> | undefined
  #isStopped = false

  constructor({ store, log, clock = monotonicClock }: NodeOptions) {
    this.#leases = store.leases
    this.#isShared = store.isShared
    this.#clock = clock
    this.#log = log
    this.#life = new Life({
      leases: store.leases,
      isShared: store.isShared,
      clock,
      log,
      onBeat: () => this.#lookQuietly(),
      onLost: () => this.#abandonAll(),
    })
  }

  start(): Promise<void> {
    return this.#life.start()
  }

  want(work: Work): () => Promise<void> {
    const key = keyOf(work)
    if (this.#tasks.has(key)) throw new Error(`${key} is wanted already.`)
    const isValid = () => this.#life.isValid()
    const task = new Task(work, isValid, (err) =>
      this.#log.warn({ ...nameOf(work), err }, 'Work of a node has failed.'),
    )
    this.#tasks.set(key, task)
    return async () => {
      if (this.#tasks.get(key) === task) this.#tasks.delete(key)
      if (task.isIdle) return
      this.#leaving.set(key, task)
      await this.#finish(task)
      if (this.#leaving.get(key) === task) this.#leaving.delete(key)
      if (this.#tasks.has(key)) this.#lookQuietly()
    }
  }

  look(): Promise<void> {
    this.#nextLook ??= this.#looking.then(() => {
      this.#nextLook = undefined
      return this.#lookOnce()
    })
    this.#looking = this.#nextLook.catch(() => undefined)
    return this.#nextLook
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all([...this.#tasks.values(), ...this.#leaving.values()].map((task) => this.#finish(task)))
    await Promise.race([this.#life.stop(), new Promise((resolve) => setTimeout(resolve, LEAVE_MS_MAX).unref())])
  }

  async #lookOnce(): Promise<void> {
    if (this.#isStopped || !this.#life.isValid()) return
    await this.#giveBackAll()
    const tasks = [...this.#tasks.values()]
    for (const task of tasks) if (task.lease !== undefined && !this.#isFor(task)) void this.#finish(task)
    const wanted = tasks.filter((task) => task.isIdle && !this.#leaving.has(keyOf(task.work)) && this.#isFor(task))
    for (let at = 0; at < wanted.length && !this.#isStopped; at += TAKEN_AT_ONCE_MAX) {
      await this.#takeAndBegin(wanted.slice(at, at + TAKEN_AT_ONCE_MAX))
    }
  }

  async #takeAndBegin(wanted: readonly Task[]): Promise<void> {
    const { id } = this.#life
    const taken = await this.#leases.take(
      id,
      wanted.map(({ work }) => nameOf(work)),
    )
    // What was taken for a life that is over is free again already, or soon.
    if (id !== this.#life.id || !this.#life.isValid() || this.#isStopped) return
    await Promise.all(taken.map((lease) => this.#begin(lease)))
  }

  async #begin(lease: Lease): Promise<void> {
    const task = this.#tasks.get(keyOf(lease))
    if (task === undefined || !task.isIdle) {
      this.#giveBack(lease)
      return
    }
    const hasBegun = await task.begin(lease, () => this.#log.warn(nameOf(lease), 'Another node has this work.'))
    if (hasBegun) return
    await this.#finish(task)
    if (!this.#isShared) this.#clock.at(this.#clock.now() + BEAT_MS, () => this.#lookQuietly())
  }

  /** Where every node wants the work, all agree whose it is. */
  #isFor({ work }: Task): boolean {
    return !work.spread || chooseNode(this.#life.living, keyOf(work)) === this.#life.id
  }

  async #finish(task: Task): Promise<void> {
    const lease = await task.finish()
    if (lease !== undefined) this.#giveBack(lease)
  }

  /** What ends in one turn is given back together. */
  #giveBack(lease: Lease): void {
    this.#given.push(lease)
    if (this.#isGiving) return
    this.#isGiving = true
    setImmediate(() => {
      this.#isGiving = false
      void this.#giveBackAll()
    })
  }

  /** Never rejects: what could not be given back is given back at a later look. */
  async #giveBackAll(): Promise<void> {
    const given = this.#given
    if (given.length === 0) return
    this.#given = []
    try {
      await this.#leases.giveBack(given)
    } catch {
      this.#given.push(...given)
    }
  }

  #abandonAll(): void {
    this.#given = []
    for (const task of [...this.#tasks.values(), ...this.#leaving.values()]) task.abandon()
  }

  #lookQuietly(): void {
    this.look().catch((err) => this.#log.warn({ err }, 'Work could not be shared out just now.'))
  }
}

function nameOf({ teamId, name }: WorkName): WorkName {
  return { teamId, name }
}

/** Teams' ids hold no slash. */
function keyOf({ teamId, name }: WorkName): string {
  return `${teamId}/${name}`
}
