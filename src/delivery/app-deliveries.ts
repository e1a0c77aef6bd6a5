import type { Cancel } from '../clock.ts'
import type { App } from '../domain/team.ts'
import type { Undelivered } from '../storage/store.ts'
import { Backlog } from './backlog.ts'
import type { Delivery, PastDelivery } from './delivery-journal.ts'
import type { AppEvent } from './event-body.ts'
import type { FeedFacts, FeedParts } from './feed-parts.ts'
import { type FoundEvent, findEvent, readerOf } from './find-event.ts'
import type { Place } from './place.ts'
import { nextAttemptAt } from './retry-schedule.ts'
import { Slots } from './slots.ts'

/** Deliveries to one app that run at the same time. */
const DELIVERIES_AT_ONCE_MAX = 16
const OUTAGE_PAUSE_MS = 1000

export interface DeliveriesStart {
  /** What is to be tried again. */
  readonly rows: readonly Undelivered[]
  readonly place: Place
  /** A delivery has ended: there may be room for what is new. */
  readonly onRoom: () => void
}

/** Sends the events of one app, each until it arrives, is kept for a retry or is given up. */
export class AppDeliveries {
  readonly #parts: FeedParts
  readonly #facts: FeedFacts
  readonly #place: Place
  readonly #onRoom: () => void
  readonly #backlog = new Backlog()
  readonly #slots = new Slots(DELIVERIES_AT_ONCE_MAX)
  readonly #running = new Set<Promise<unknown>>()
  #stopped = false
  #alarm: { readonly at: number; readonly cancel: Cancel } | undefined

  constructor(parts: FeedParts, facts: FeedFacts, { rows, place, onRoom }: DeliveriesStart) {
    this.#parts = parts
    this.#facts = facts
    this.#place = place
    this.#onRoom = onRoom
    for (const row of rows) this.#backlog.put(row)
  }

  /** Events that wait for a retry. */
  get waiting(): number {
    return this.#backlog.size
  }

  get isIdle(): boolean {
    return this.#running.size === 0
  }

  /** A process that slept may wake here, when another node has the work: for this feed, there is no way back. */
  get isOver(): boolean {
    return this.#stopped || !this.#facts.held.isValid()
  }

  get maySend(): boolean {
    return !this.isOver && this.#facts.subscriber.isOpen
  }

  /** Begins nothing more. */
  stop(): void {
    this.#stopped = true
    this.#cancelAlarm()
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
  }

  async takeSlot(): Promise<void> {
    await this.#slots.take()
  }

  /** Retries come before what is new. */
  releaseSlot(): void {
    this.#slots.release(() => void this.startDue())
    this.#onRoom()
  }

  /** Sends an event for the first time, in the slot that was taken for it. */
  send(event: AppEvent, seq: number, app: App): Promise<void> {
    return this.#track(this.#sendFirst(event, seq, app))
  }

  async #sendFirst(event: AppEvent, seq: number, app: App): Promise<void> {
    const { subscriber } = this.#facts
    const outcome = await subscriber.deliver(app, { event, seq, attempt: 1 })
    if (!subscriber.ending.aborted) {
      this.#settle(event, outcome)
      this.#place.close(seq)
    }
    this.releaseSlot()
  }

  /** Starts the retries that are due, as many as may run; resolves when they are on their way. */
  async startDue(): Promise<void> {
    this.#cancelAlarm()
    const starting: Promise<void>[] = []
    for (let row = this.#nextDue(); row !== undefined && this.#slots.takeNow(); row = this.#nextDue()) {
      this.#backlog.remove(row.id)
      starting.push(this.#track(this.#startRetry(row)))
    }
    this.setAlarm()
    await Promise.all(starting)
  }

  /** None is set while all slots are taken: the end of a delivery starts what is due. */
  setAlarm(): void {
    const isOpen = this.#slots.free > 0 && this.#facts.subscriber.isOpen
    const nextAt = isOpen ? this.#backlog.next()?.nextAt : null
    if (this.#alarm?.at === nextAt) return
    this.#cancelAlarm()
    if (this.#stopped || nextAt === null || nextAt === undefined) return
    this.#alarm = { at: nextAt, cancel: this.#parts.clock.at(nextAt, () => this.startDue()) }
  }

  #cancelAlarm(): void {
    this.#alarm?.cancel()
    this.#alarm = undefined
  }

  #nextDue(): Undelivered | undefined {
    const row = this.maySend ? this.#backlog.next() : undefined
    return row !== undefined && row.nextAt !== null && row.nextAt <= this.#parts.clock.now() ? row : undefined
  }

  /** Resolves when it is on its way. */
  async #startRetry(row: Undelivered): Promise<void> {
    const { teamId, appId, held } = this.#facts
    let ready: FoundEvent | undefined
    try {
      ready = await findEvent(this.#parts, this.#facts, row)
    } catch (error) {
      this.#parts.log.warn({ team: teamId, app: appId, err: error }, 'The log could not be read just now.')
      this.#backlog.put({ ...row, nextAt: this.#parts.clock.now() + OUTAGE_PAUSE_MS })
      return this.releaseSlot()
    }
    // The app may no longer hear of this: it has unsubscribed, or lost its token.
    if (ready === undefined) {
      this.#place.drop(row.id)
      return this.releaseSlot()
    }
    // It is in the store for whoever comes next.
    if (!held.isValid()) return this.releaseSlot()
    void this.#track(this.#sendAgain(row, ready))
  }

  async #sendAgain(row: Undelivered, { app, event }: FoundEvent): Promise<void> {
    const { subscriber } = this.#facts
    const retry = { number: row.attempts, reason: row.reason }
    const outcome = await subscriber.deliver(app, { event, seq: row.seq, attempt: row.attempts + 1, retry })
    if (!subscriber.ending.aborted) this.#settle(event, outcome)
    this.releaseSlot()
  }

  #settle({ id, type }: AppEvent, outcome: Delivery & { readonly noRetry: boolean }): void {
    const { teamId, appId, subscriber } = this.#facts
    this.#backlog.remove(id)
    if (outcome.ok) {
      this.#place.drop(id)
      subscriber.end('delivered')
      return
    }
    const { seq, attempt: attempts, reason, noRetry, at } = outcome
    const nextAt = noRetry ? null : nextAttemptAt(attempts, at)
    const reader = readerOf(teamId, appId)
    const row = { id, reader, teamId, seq, type, attempts, reason: reason ?? 'unknown_error', nextAt }
    this.#place.keep(row)
    if (nextAt === null) subscriber.end('given_up')
    else this.#backlog.put(row)
  }

  /** Sends one event again, whatever became of it before. Nothing where the log has no such event for the app now. */
  redeliver(past: PastDelivery): Promise<Delivery | undefined> {
    return this.#track(this.#redeliver(past))
  }

  async #redeliver(past: PastDelivery): Promise<Delivery | undefined> {
    await this.#slots.take()
    try {
      const ready = await findEvent(this.#parts, this.#facts, past)
      if (ready === undefined) return undefined
      const reason = past.ok ? null : past.reason
      const retry = reason === null ? {} : { retry: { number: past.attempt, reason } }
      const { noRetry: _, ...delivery } = await this.#facts.subscriber.deliver(ready.app, {
        ...{ event: ready.event, seq: past.seq, attempt: past.attempt + 1 },
        ...retry,
      })
      if (delivery.ok) this.#dropStored(past.id)
      return delivery
    } finally {
      this.releaseSlot()
    }
  }

  #dropStored(id: string): void {
    this.#backlog.remove(id)
    this.#place.drop(id, true)
  }

  #track<Result>(work: Promise<Result>): Promise<Result> {
    this.#running.add(work)
    return work.finally(() => this.#running.delete(work))
  }
}
