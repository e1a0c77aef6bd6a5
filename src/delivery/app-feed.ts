import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Cancel, Clock } from '../clock.ts'
import type { LogEntry } from '../domain/event.ts'
import type { AppId, TeamId, UserId } from '../domain/ids.ts'
import type { App, Team } from '../domain/team.ts'
import type { Held } from '../nodes/work.ts'
import type { Store, Undelivered } from '../storage/store.ts'
import { Backlog } from './backlog.ts'
import type { Delivery } from './delivery-journal.ts'
import { type AppEvent, concerns, eventsFor } from './event-body.ts'
import { type FoundEvent, findEvent, readerOf } from './find-event.ts'
import type { LogPages } from './log-pages.ts'
import type { Place } from './place.ts'
import { nextAttemptAt } from './retry-schedule.ts'
import { Slots } from './slots.ts'
import type { Log, Subscriber } from './subscriber.ts'
import type { Viewers } from './viewers.ts'

/** Deliveries to one app that run at the same time. */
const DELIVERIES_AT_ONCE_MAX = 16
/** Events of one app that wait for a retry; then the others wait in the log. Fewer than the rows that `openFeed` reads. */
const WAITING_MAX = 900
const OUTAGE_PAUSE_MS = 1000

/** What all feeds share. */
export interface FeedParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly viewers: Viewers
  readonly pages: LogPages
  readonly publicUrl: () => string
  /** Of the last entry in a team's log. */
  readonly lastSeq: (teamId: TeamId) => number
}

export interface FeedFacts {
  readonly teamId: TeamId
  readonly appId: AppId
  readonly subscriber: Subscriber
  readonly held: Held
  /** Where to begin, where the reader has never said how far it has come. */
  readonly startAfter: number
}

/** What is known of the last attempt. */
export type PastDelivery = Pick<Delivery, 'id' | 'seq' | 'type' | 'attempt' | 'ok' | 'reason'>

/** Tells one app of the log, in its order, with retries. A feed that is slow, or whose app is, holds up nobody else. */
export class AppFeed {
  readonly teamId: TeamId
  readonly appId: AppId
  readonly subscriber: Subscriber
  readonly #parts: FeedParts
  readonly #held: Held
  readonly #place: Place
  readonly #backlog = new Backlog()
  readonly #slots = new Slots(DELIVERIES_AT_ONCE_MAX)
  /** Whose events are on their way for the first time: the next of the same person wait, so that they arrive in order. */
  readonly #told = new Map<UserId, Promise<unknown>>()
  readonly #running = new Set<Promise<unknown>>()
  #reading: Promise<void> | undefined
  #awake = false
  #ended = false
  #alarm: { readonly at: number; readonly cancel: Cancel } | undefined

  constructor(parts: FeedParts, facts: FeedFacts, start: { rows: readonly Undelivered[]; place: Place }) {
    this.#parts = parts
    this.teamId = facts.teamId
    this.appId = facts.appId
    this.subscriber = facts.subscriber
    this.#held = facts.held
    this.#place = start.place
    for (const row of start.rows) this.#backlog.put(row)
  }

  /** Everything in the log up to here is delivered, kept for a retry or given up. */
  get cursor(): number {
    return this.#place.cursor
  }

  get waiting(): number {
    return this.#backlog.size
  }

  /** There may be something to read or to try again. */
  wake(): void {
    if (this.#ended) return
    this.#awake = true
    this.#reading ??= this.#readWhileAwake()
    this.#setAlarm()
  }

  /** Starts the retries that are due, as many as may run; resolves when they are on their way. */
  async startDue(): Promise<void> {
    this.#alarm?.cancel()
    this.#alarm = undefined
    const starting: Promise<void>[] = []
    for (let row = this.#nextDue(); row !== undefined && this.#slots.takeNow(); row = this.#nextDue()) {
      this.#backlog.remove(row.id)
      starting.push(this.#track(this.#startRetry(row)))
    }
    this.#setAlarm()
    await Promise.all(starting)
  }

  /** Sends one event again, whatever became of it before. Nothing where the log has no such event for the app now. */
  redeliver(past: PastDelivery): Promise<Delivery | undefined> {
    return this.#track(this.#redeliver(past))
  }

  async #redeliver(past: PastDelivery): Promise<Delivery | undefined> {
    await this.#slots.take()
    try {
      const ready = await findEvent(this.#parts, this, past)
      if (ready === undefined) return undefined
      const reason = past.ok ? null : past.reason
      const retry = reason === null ? {} : { retry: { number: past.attempt, reason } }
      const { noRetry: _, ...delivery } = await this.subscriber.deliver(ready.app, {
        ...{ event: ready.event, seq: past.seq, attempt: past.attempt + 1 },
        ...retry,
      })
      if (delivery.ok) this.#dropStored(past.id)
      return delivery
    } finally {
      this.#release()
    }
  }

  enable(): void {
    this.subscriber.enable()
    this.wake()
  }

  /** Resolves when the log is read to its end and nothing is on its way. */
  async settled(): Promise<void> {
    while (this.#reading !== undefined || this.#running.size > 0) {
      await Promise.allSettled([this.#reading, ...this.#running])
    }
  }

  /** Finishes what is on its way, and saves how far it came. */
  async stop(): Promise<void> {
    this.#end()
    await this.settled()
    await this.#place.save()
    await this.#place.abandon()
  }

  /** Leaves everything as it is in the store. */
  async abandon(): Promise<void> {
    this.#end()
    this.subscriber.abort()
    await Promise.all([this.settled(), this.#place.abandon()])
  }

  #end(): void {
    this.#ended = true
    this.#alarm?.cancel()
    this.#alarm = undefined
  }

  async #readWhileAwake(): Promise<void> {
    while (this.#awake && !this.#ended) {
      this.#awake = false
      try {
        await this.#readOn()
      } catch (error) {
        this.#parts.log.warn({ team: this.teamId, app: this.appId, err: error }, 'The log could not be read just now.')
        await setTimeout(OUTAGE_PAUSE_MS, undefined, { ref: false })
        this.#awake = true
      }
    }
    this.#reading = undefined
  }

  async #readOn(): Promise<void> {
    const { pages, store, lastSeq, viewers } = this.#parts
    while (this.#mayRead() && this.#place.position < lastSeq(this.teamId)) {
      const page = await pages.read(this.teamId, this.#place.position)
      if (page.length === 0) return
      const team = await store.getTeam(this.teamId)
      const app = team.apps.get(this.appId)
      if (app === undefined || !this.subscriber.serves(app)) return
      for (const entry of page) {
        if (!this.#mayRead()) return
        // Whatever the app has subscribed to, what follows is not for the eyes of that token.
        if (entry.kind === 'tokens_revoked' && entry.appId === this.appId) viewers.forget(this)
        if (concerns(entry, app)) await this.#tell(entry, team, app)
        else this.#place.pass(entry.seq)
      }
      // Whoever is far behind, and passes over much, lets others work between the pages.
      await setImmediate()
    }
  }

  #mayRead(): boolean {
    return this.#maySend() && this.#backlog.size < WAITING_MAX
  }

  #maySend(): boolean {
    return !this.#isOver && this.subscriber.isOpen
  }

  /** A process that slept may wake here, when another node has the work: for this feed, there is no way back. */
  get #isOver(): boolean {
    return this.#ended || !this.#held.isValid()
  }

  async #tell(entry: LogEntry, team: Team, app: App): Promise<void> {
    const { viewers, publicUrl } = this.#parts
    const userId = entry.kind === 'user' ? entry.user.id : entry.userId
    const viewer = await viewers.find(this, userId)
    const events = eventsFor(entry, app, { team, publicUrl: publicUrl(), viewer })
    if (events.length === 0) return this.#place.pass(entry.seq)
    await this.#told.get(userId)
    this.#place.open(entry.seq, events.length)
    const sent: Promise<void>[] = []
    for (const event of events) {
      if (!this.subscriber.admit(app)) {
        this.#place.close(entry.seq)
        continue
      }
      await this.#slots.take()
      // What has not begun when the feed ends stays open, so that the cursor does not pass it.
      if (this.#isOver) return this.#release()
      sent.push(this.#track(this.#sendFirst(event, entry, app)))
    }
    const all = Promise.all(sent).finally(() => this.#told.get(userId) === all && this.#told.delete(userId))
    this.#told.set(userId, all)
  }

  async #sendFirst(event: AppEvent, entry: LogEntry, app: App): Promise<void> {
    const outcome = await this.subscriber.deliver(app, { event, seq: entry.seq, attempt: 1 })
    if (!this.subscriber.ending.aborted) {
      this.#settle(event, outcome)
      this.#place.close(entry.seq)
    }
    this.#release()
  }

  /** Resolves when it is on its way. */
  async #startRetry(row: Undelivered): Promise<void> {
    let ready: FoundEvent | undefined
    try {
      ready = await findEvent(this.#parts, this, row)
    } catch (error) {
      this.#parts.log.warn({ team: this.teamId, app: this.appId, err: error }, 'The log could not be read just now.')
      this.#backlog.put({ ...row, nextAt: this.#parts.clock.now() + OUTAGE_PAUSE_MS })
      return this.#release()
    }
    // The app may no longer hear of this: it has unsubscribed, or lost its token.
    if (ready === undefined) {
      this.#place.drop(row.id)
      return this.#release()
    }
    // It is in the store for whoever comes next.
    if (!this.#held.isValid()) return this.#release()
    void this.#track(this.#sendAgain(row, ready))
  }

  async #sendAgain(row: Undelivered, { app, event }: FoundEvent): Promise<void> {
    const retry = { number: row.attempts, reason: row.reason }
    const outcome = await this.subscriber.deliver(app, { event, seq: row.seq, attempt: row.attempts + 1, retry })
    if (!this.subscriber.ending.aborted) this.#settle(event, outcome)
    this.#release()
  }

  #settle({ id, type }: AppEvent, outcome: Delivery & { readonly noRetry: boolean }): void {
    this.#backlog.remove(id)
    if (outcome.ok) {
      this.#place.drop(id)
      this.subscriber.end('delivered')
      return
    }
    const { seq, attempt: attempts, reason, noRetry, at } = outcome
    const nextAt = noRetry ? null : nextAttemptAt(attempts, at)
    const reader = readerOf(this.teamId, this.appId)
    const row = { id, reader, teamId: this.teamId, seq, type, attempts, reason: reason ?? 'unknown_error', nextAt }
    this.#place.keep(row)
    if (nextAt === null) this.subscriber.end('given_up')
    else this.#backlog.put(row)
  }

  #dropStored(id: string): void {
    this.#backlog.remove(id)
    this.#place.drop(id, true)
  }

  #nextDue(): Undelivered | undefined {
    const row = this.#maySend() ? this.#backlog.next() : undefined
    return row !== undefined && row.nextAt !== null && row.nextAt <= this.#parts.clock.now() ? row : undefined
  }

  /** Retries come before what is new. */
  #release(): void {
    this.#slots.release(() => void this.startDue())
    this.wake()
  }

  /** None is set while all slots are taken: the end of a delivery starts what is due. */
  #setAlarm(): void {
    const nextAt = this.#slots.free > 0 && this.subscriber.isOpen ? this.#backlog.next()?.nextAt : null
    if (this.#alarm?.at === nextAt) return
    this.#alarm?.cancel()
    this.#alarm = undefined
    if (this.#ended || nextAt === null || nextAt === undefined) return
    this.#alarm = { at: nextAt, cancel: this.#parts.clock.at(nextAt, () => this.startDue()) }
  }

  #track<Result>(work: Promise<Result>): Promise<Result> {
    this.#running.add(work)
    return work.finally(() => this.#running.delete(work))
  }
}
