import { setImmediate, setTimeout } from 'node:timers/promises'
import { type LogEntry, userIdOf } from '../domain/event.ts'
import type { AppId, TeamId, UserId } from '../domain/ids.ts'
import type { App, Team } from '../domain/team.ts'
import type { Undelivered } from '../storage/store.ts'
import { AppDeliveries } from './app-deliveries.ts'
import type { Delivery, PastDelivery } from './delivery-journal.ts'
import { concerns, eventsFor } from './event-body.ts'
import type { FeedFacts, FeedParts } from './feed-parts.ts'
import type { Place } from './place.ts'
import type { Subscriber } from './subscriber.ts'

/** Events of one app that wait for a retry; then the others wait in the log. Fewer than the rows that `openFeed` reads. */
const WAITING_MAX = 900
const OUTAGE_PAUSE_MS = 1000

/** Tells one app of the log, in its order, with retries. A feed that is slow, or whose app is, holds up nobody else. */
export class AppFeed {
  readonly teamId: TeamId
  readonly appId: AppId
  readonly subscriber: Subscriber
  readonly #parts: FeedParts
  readonly #place: Place
  readonly #deliveries: AppDeliveries
  /** Whose events are on their way for the first time: the next of the same person wait, so that they arrive in order. */
  readonly #told = new Map<UserId, Promise<unknown>>()
  #reading: Promise<void> | undefined
  #awake = false
  #ended = false

  constructor(parts: FeedParts, facts: FeedFacts, { rows, place }: { rows: readonly Undelivered[]; place: Place }) {
    this.#parts = parts
    this.teamId = facts.teamId
    this.appId = facts.appId
    this.subscriber = facts.subscriber
    this.#place = place
    this.#deliveries = new AppDeliveries(parts, facts, { rows, place, onRoom: () => this.wake() })
  }

  /** Everything in the log up to here is delivered, kept for a retry or given up. */
  get cursor(): number {
    return this.#place.cursor
  }

  get waiting(): number {
    return this.#deliveries.waiting
  }

  /** There may be something to read or to try again. */
  wake(): void {
    if (this.#ended) return
    this.#awake = true
    this.#reading ??= this.#readWhileAwake()
    this.#deliveries.setAlarm()
  }

  /** Starts the retries that are due, as many as may run; resolves when they are on their way. */
  startDue(): Promise<void> {
    return this.#deliveries.startDue()
  }

  /** Sends one event again, whatever became of it before. Nothing where the log has no such event for the app now. */
  redeliver(past: PastDelivery): Promise<Delivery | undefined> {
    return this.#deliveries.redeliver(past)
  }

  enable(): void {
    this.subscriber.enable()
    this.wake()
  }

  /** Resolves when the log is read to its end and nothing is on its way. */
  async settled(): Promise<void> {
    while (this.#reading !== undefined || !this.#deliveries.isIdle) {
      await Promise.allSettled([this.#reading, this.#deliveries.settled()])
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
    this.#deliveries.stop()
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
    return this.#deliveries.maySend && this.waiting < WAITING_MAX
  }

  async #tell(entry: LogEntry, team: Team, app: App): Promise<void> {
    const { viewers, publicUrl } = this.#parts
    const userId = userIdOf(entry)
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
      await this.#deliveries.takeSlot()
      // What has not begun when the feed ends stays open, so that the cursor does not pass it.
      if (this.#deliveries.isOver) return this.#deliveries.releaseSlot()
      sent.push(this.#deliveries.send(event, entry.seq, app))
    }
    const all = Promise.all(sent).finally(() => this.#told.get(userId) === all && this.#told.delete(userId))
    this.#told.set(userId, all)
  }
}
