import type { Clock } from '../clock.ts'
import type { AppId, TeamId } from '../domain/ids.ts'
import type { App } from '../domain/team.ts'
import type { Delivery, DeliveryJournal } from './delivery-journal.ts'
import type { AppEvent } from './event-body.ts'
import { eventIdOf } from './event-id.ts'
import { HourWindow, minuteOf } from './hour-window.ts'
import type { Retry, Transport, TransportName, TransportOutcome } from './transport.ts'

export interface SubscriberBounds {
  /** Slack: 30,000 deliveries per workspace and app in 60 minutes — the Events API, rate limiting; docs/decisions/0044 */
  readonly eventsPerHourMax: number
  /** Slack: apps with fewer events in an hour are not disabled — the Events API, failure limits */
  readonly eventsUntilDisabling: number
}

export const SUBSCRIBER_BOUNDS: SubscriberBounds = { eventsPerHourMax: 30_000, eventsUntilDisabling: 1000 }

/** Slack: disabled when more than 95 % of the attempts of an hour fail — the Events API, failure limits;
 * docs/decisions/0045 */
const FAILING_SHARE = 0.95

export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** Hears what becomes of events. It is quick, and never throws. */
export interface DeliveryObserver {
  /** `ok`, or Slack's word for the failure. */
  attempted(transport: TransportName, outcome: string, durationMs: number): void
  ended(transport: TransportName, outcome: 'delivered' | 'given_up' | 'left_out'): void
}

export interface SubscriberOptions {
  readonly teamId: TeamId
  readonly appId: AppId
  readonly clock: Clock
  readonly log: Log
  readonly transport: Transport
  readonly journal: DeliveryJournal
  readonly bounds: SubscriberBounds
  readonly observer?: DeliveryObserver | undefined
}

/** An event on its way, for the so-many-th time. */
export interface Sending {
  readonly event: AppEvent
  readonly seq: number
  /** 1 for the first. */
  readonly attempt: number
  readonly retry?: Retry
}

/** The receiving end of an app: sends to it, counts, and knows when it is too much. What it knows is kept in memory: an
 * app that was disabled gets another chance when the server starts anew, and its events wait in the log till then. */
export class Subscriber {
  readonly #teamId: TeamId
  readonly #appId: AppId
  readonly #clock: Clock
  readonly #log: Log
  readonly #transport: Transport
  readonly #journal: DeliveryJournal
  readonly #bounds: SubscriberBounds
  readonly #observer: DeliveryObserver | undefined
  readonly #hour = new HourWindow()
  readonly #ending = new AbortController()
  #isFailing = false
  #disabledAt: number | undefined
  #limitedMinute = 0
  #dropped = 0

  constructor({ teamId, appId, clock, log, transport, journal, bounds, observer }: SubscriberOptions) {
    this.#teamId = teamId
    this.#appId = appId
    this.#clock = clock
    this.#log = log
    this.#transport = transport
    this.#journal = journal
    this.#bounds = bounds
    this.#observer = observer
  }

  /** Whether the app has chosen the way that leads there. */
  serves(app: App): boolean {
    return this.#transport.serves(app)
  }

  /** Whether anything can be sent just now. */
  get isOpen(): boolean {
    return this.#disabledAt === undefined && this.#transport.isOpen({ teamId: this.#teamId, appId: this.#appId })
  }

  /** Unix milliseconds; absent while it is not. */
  get disabledAt(): number | undefined {
    return this.#disabledAt
  }

  get isFailing(): boolean {
    return this.#isFailing
  }

  /** Events that the limit of an hour kept away. */
  get dropped(): number {
    return this.#dropped
  }

  get ending(): AbortSignal {
    return this.#ending.signal
  }

  enable(): void {
    this.#disabledAt = undefined
    this.#hour.clear()
  }

  /** Cuts off what is on its way. */
  abort(): void {
    this.#ending.abort(new Error('The delivery was called off.'))
  }

  /** Counts an event. False: it is one too many, and is not delivered at all; Slack keeps none of those either. */
  admit(app: App): boolean {
    const now = this.#clock.now()
    if (this.#hour.totals(now).events < this.#bounds.eventsPerHourMax) {
      this.#hour.add(now, { events: 1 })
      return true
    }
    this.#dropped += 1
    this.#observer?.ended(this.#transport.name, 'left_out')
    if (this.#transport.tellsOfLimit && minuteOf(now) > this.#limitedMinute) void this.#tellOfLimit(app, minuteOf(now))
    return false
  }

  /** Sends an event once. Never rejects. */
  async deliver(app: App, { event, seq, attempt, retry }: Sending): Promise<Delivery & { readonly noRetry: boolean }> {
    const url = this.#transport.addressOf(app)
    const startedAt = performance.now()
    const at = this.#clock.now()
    const outcome = await this.#transport.send(
      { teamId: this.#teamId, app, event, ...(retry && { retry }) },
      this.#ending.signal,
    )
    const durationMs = Math.round(performance.now() - startedAt)
    const { id, type } = event
    const about = { id, teamId: this.#teamId, appId: app.id, url, type, seq, attempt }
    const delivery = { ...about, ...resultOf(outcome), at, durationMs }
    if (!this.#ending.signal.aborted) {
      this.#journal.add(delivery)
      this.#observer?.attempted(this.#transport.name, outcome.ok ? 'ok' : outcome.reason, durationMs)
      this.#count(app, outcome)
    }
    return { ...delivery, noRetry: !outcome.ok && outcome.noRetry }
  }

  /** An event is done with. */
  end(outcome: 'delivered' | 'given_up'): void {
    this.#observer?.ended(this.#transport.name, outcome)
  }

  #count(app: App, outcome: TransportOutcome): void {
    const now = this.#clock.now()
    this.#hour.add(now, { attempts: 1, failures: outcome.ok ? 0 : 1 })
    const about = { team: this.#teamId, app: app.id, origin: originOf(this.#transport.addressOf(app)) }
    if (outcome.ok) {
      if (this.#isFailing) this.#log.info(about, 'Events arrive again.')
      this.#isFailing = false
      return
    }
    if (!this.#isFailing) {
      this.#log.warn({ ...about, reason: outcome.reason, detail: outcome.detail }, 'An event was not taken.')
    }
    this.#isFailing = true
    const { events, attempts, failures } = this.#hour.totals(now)
    if (this.#disabledAt !== undefined || events < this.#bounds.eventsUntilDisabling) return
    if (failures <= attempts * FAILING_SHARE) return
    this.#disabledAt = now
    this.#log.warn({ ...about, attempts, failures }, 'Almost no event of the last hour was taken: no more are sent.')
  }

  /** Slack: `app_rate_limited` at the top level, once a minute while the limit lasts. */
  async #tellOfLimit(app: App, minute: number): Promise<void> {
    this.#limitedMinute = minute
    const type = 'app_rate_limited'
    const told = { teamId: this.#teamId, seq: minute, at: minute * 60_000 }
    const body = JSON.stringify({
      token: app.verificationToken,
      type,
      team_id: this.#teamId,
      minute_rate_limited: minute * 60,
      api_app_id: app.id,
    })
    this.#log.warn({ team: this.#teamId, app: app.id }, 'More events than an hour may have: they are left out.')
    await this.deliver(app, { event: { id: eventIdOf(told, type, app.id), type, body }, seq: 0, attempt: 1 })
  }
}

function resultOf(outcome: TransportOutcome): Pick<Delivery, 'ok' | 'status' | 'reason'> {
  const { ok, status = null } = outcome
  return { ok, status, reason: outcome.ok ? null : outcome.reason }
}

/** The rest of an address may hold secrets. */
export function originOf(address: string): string {
  return URL.parse(address)?.origin ?? address
}
