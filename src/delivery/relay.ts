import type { Clock } from '../clock.ts'
import type { AppId, TeamId } from '../domain/ids.ts'
import type { Node } from '../nodes/node.ts'
import type { Held } from '../nodes/work.ts'
import type { Store } from '../storage/store.ts'
import type { AppFeed } from './app-feed.ts'
import { type Delivery, DeliveryJournal } from './delivery-journal.ts'
import { Feeds } from './feeds.ts'
import { hasWebhook } from './find-event.ts'
import { createLogEnds, type LogEnds } from './log-ends.ts'
import { findLagSince, type LogLag, lagOf } from './log-lag.ts'
import { createLogPages } from './log-pages.ts'
import { openFeed } from './open-feed.ts'
import { findPast } from './past-deliveries.ts'
import type { SocketMode } from './socket-mode.ts'
import { createSocketModeTransport } from './socket-mode-transport.ts'
import {
  type DeliveryObserver,
  type Log,
  originOf,
  SUBSCRIBER_BOUNDS,
  Subscriber,
  type SubscriberBounds,
} from './subscriber.ts'
import { factsOf, type SubscriptionFacts } from './subscription-facts.ts'
import type { Subscription } from './subscriptions.ts'
import type { AppName, Transport } from './transport.ts'
import { type Verification, verifyUrl } from './url-verification.ts'
import { createViewers, type Viewers } from './viewers.ts'
import { WantedFeeds } from './wanted-feeds.ts'
import { warnOfSilence } from './warn-of-silence.ts'
import { createWebhooks, type Webhooks } from './webhook.ts'
import { createWebhookTransport } from './webhook-transport.ts'

export interface RelayOptions {
  readonly store: Store
  /** Which apps this node tells, of all the nodes on the store. */
  readonly node: Pick<Node, 'want' | 'look'>
  readonly clock: Clock
  readonly log: Log
  /** Where this server is reached, without a slash at the end. */
  readonly publicUrl: () => string
  /** Lets webhooks go to this machine and its network. */
  readonly allowPrivate: boolean
  /** Shared with other readers of the log, where there are any. */
  readonly viewers?: Viewers
  readonly webhooks?: Webhooks
  /** Absent where this server opens no WebSockets: then nothing is told to apps in Socket Mode. */
  readonly socketMode?: SocketMode
  readonly bounds?: Partial<SubscriberBounds>
  readonly observer?: DeliveryObserver
}

/** Delivers the logs of teams to their apps, by HTTP or in Socket Mode. */
export interface Relay {
  /** Reads the apps and their places. What is committed after it has resolved is delivered at least once. */
  start(): Promise<void>
  /** Finishes what is on its way, three seconds at most, and saves how far it came. */
  stop(): Promise<void>
  /** Starts the retries that are due. */
  runDue(): Promise<void>
  /** Apps have changed; told or not, they are read again every half minute. */
  reload(): Promise<void>
  /** Drops what is on its way and all that is known, lets `restore` replace what is stored, and begins again from it. */
  reset(restore?: () => Promise<void>): Promise<void>
  /** Resolves when all apps have been told of all that is committed, or are to be told again later. */
  settled(): Promise<void>
  /** The last 10,000 attempts, oldest first. */
  deliveries(): readonly Delivery[]
  /** Sends an event again by its id; `undefined` where none of the last is known by it, or the app may not see it now. */
  redeliver(id: string): Promise<Delivery | undefined>
  /** Lets an app that was disabled hear of the log again, from where it stopped. False: there is no such app. */
  enable(teamId: TeamId, appId: AppId): boolean
  verifyUrl(teamId: TeamId, appId: AppId): Promise<Verification>
  /** How far the apps that are told here are behind. */
  lag(): LogLag
  /** Since when, in Unix milliseconds; `undefined` where none is. */
  findLagSince(): Promise<number | undefined>
  /** Facts for people. */
  describe(): Promise<readonly SubscriptionFacts[]>
}

const RELOAD_MS = 30_000

export function createRelay(options: RelayOptions): Relay {
  return new LogRelay(options)
}

class LogRelay implements Relay {
  readonly #options: RelayOptions
  readonly #viewers: Viewers
  readonly #webhooks: Webhooks
  readonly #pages: ReturnType<typeof createLogPages>
  readonly #journal = new DeliveryJournal()
  readonly #wanted: WantedFeeds
  /** Of the apps that this node tells. */
  readonly #feeds = new Feeds()
  readonly #ends: LogEnds
  /** Teams whose logs have grown since their feeds were woken. */
  #grown = new Set<TeamId>()
  readonly #ending = new AbortController()
  /** Reloads and resets come one after the other. */
  #reloading: Promise<void> = Promise.resolve()
  #forgetConnections = () => {}
  #timer: NodeJS.Timeout | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    this.#viewers = options.viewers ?? createViewers(options)
    this.#webhooks = options.webhooks ?? createWebhooks(options)
    this.#pages = createLogPages(options.store)
    this.#ends = createLogEnds(options.store, (teamId, isBack) =>
      isBack ? this.#beginAgain() : this.#wakeSoon(teamId),
    )
    this.#wanted = new WantedFeeds({
      ...{ store: options.store, node: options.node, transports: transportsOf(this.#webhooks, options) },
      open: (subscription, held) => this.#open(subscription, held),
      close: (feed) => this.#close(feed),
      renewed: (subscription, hasNewAddress) => this.#renew(subscription, hasNewAddress),
    })
  }

  async start(): Promise<void> {
    const { socketMode } = this.#options
    this.#forgetConnections = socketMode?.onChange((app) => this.#hearConnection(app)) ?? this.#forgetConnections
    await this.reload()
    this.#timer = setInterval(() => this.#reloadQuietly(), RELOAD_MS).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#forgetConnections()
    this.#ending.abort()
    await this.#reloading
    await this.#wanted.finishAll()
    this.#webhooks.close()
  }

  async runDue(): Promise<void> {
    await Promise.all(this.#feeds.all().map(({ feed }) => feed.startDue()))
  }

  async reload(): Promise<void> {
    await this.#inTurn(() => this.#wanted.readAll(this.#ending.signal))
    await this.#options.node.look()
  }

  reset(restore: () => Promise<void> = async () => {}): Promise<void> {
    return this.#inTurn(async () => {
      await this.#wanted.dropAll()
      this.#journal.clear()
      try {
        await restore()
      } finally {
        this.#pages.clear()
        this.#viewers.clear()
        await this.#wanted.readAll(this.#ending.signal)
        await this.#options.node.look()
      }
    })
  }

  async settled(): Promise<void> {
    const open = this.#feeds.all()
    for (const { feed } of open) feed.wake()
    await Promise.all(open.map(({ feed }) => feed.settled()))
  }

  deliveries(): readonly Delivery[] {
    return this.#journal.list()
  }

  async redeliver(id: string): Promise<Delivery | undefined> {
    const found = await findPast(id, this.#journal, { store: this.#options.store, feeds: this.#feeds })
    return found?.feed?.redeliver(found.past)
  }

  enable(teamId: TeamId, appId: AppId): boolean {
    const found = this.#feeds.get(teamId, appId)
    found?.feed.enable()
    return found !== undefined
  }

  async verifyUrl(teamId: TeamId, appId: AppId): Promise<Verification> {
    const app = (await this.#options.store.getTeam(teamId)).apps.get(appId)
    if (app === undefined) return { verified: false, detail: `There is no app ${appId}.` }
    return verifyUrl(this.#webhooks, app, this.#ending.signal)
  }

  lag(): LogLag {
    return lagOf(this.#feeds, this.#ends)
  }

  findLagSince(): Promise<number | undefined> {
    return findLagSince(this.#feeds, this.#ends, this.#options.store)
  }

  async describe(): Promise<readonly SubscriptionFacts[]> {
    const facts = this.#feeds.teams().map(async (teamId) => {
      const kept = await this.#options.store.findUndelivered(teamId, null, 1000)
      const lastSeq = this.#ends.of(teamId)
      const open = this.#feeds.ofTeam(teamId)
      return open.map(({ feed, subscription: { app } }) => factsOf(feed, app, { lastSeq, kept }))
    })
    return (await Promise.all(facts)).flat()
  }

  /** Right after a commit, so quick: many commits of one turn wake the feeds once. */
  #wakeSoon(teamId: TeamId): void {
    if (this.#grown.size === 0) setImmediate(() => this.#wakeGrown())
    this.#grown.add(teamId)
  }

  #wakeGrown(): void {
    const grown = this.#grown
    this.#grown = new Set()
    for (const teamId of grown) for (const { feed } of this.#feeds.ofTeam(teamId)) feed.wake()
  }

  /** The store was set back: the places that are known are of another past. */
  #beginAgain(): void {
    this.reset().catch((error) => this.#warn(error))
  }

  /** What the app was not told so far waits for this, on whichever node its next connection comes. */
  #hearConnection(app: AppName): void {
    const subscription = this.#wanted.find(app)
    if (subscription?.app.socketMode !== true) {
      if (this.#options.socketMode?.isOpen(app)) this.#reloadQuietly()
      return
    }
    this.#wanted.wantOrNot(subscription)
    this.#options.node.look().catch((error) => this.#warn(error))
    this.#feeds.get(app.teamId, app.appId)?.feed.wake()
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#reloading.then(work)
    this.#reloading = done.catch(() => {})
    return done
  }

  #reloadQuietly(): void {
    this.reload().catch((error) => this.#warn(error))
  }

  #warn(err: unknown): void {
    this.#options.log.warn({ err }, 'The apps could not be read just now.')
  }

  #renew(subscription: Subscription, hasNewAddress: boolean): void {
    const feed = this.#feeds.get(subscription.teamId, subscription.app.id)?.feed
    if (feed === undefined) return
    feed.wake()
    if (!hasNewAddress) return
    // Another address deserves another chance.
    feed.enable()
    void this.#verify(subscription)
  }

  async #open(subscription: Subscription, held: Held): Promise<AppFeed> {
    const { teamId, app, transport } = subscription
    const startAfter = await this.#ends.follow(teamId)
    try {
      const subscriber = this.#subscriber({ teamId, appId: app.id }, transport)
      const feed = await openFeed(this.#parts(), { teamId, appId: app.id, startAfter, subscriber, held })
      if (!held.isValid()) throw new Error('The lease ran out while the feed was opened.')
      this.#feeds.add({ feed, subscription })
      feed.wake()
      void this.#verify(subscription)
      void this.#warnOfSilence(subscription)
      return feed
    } catch (error) {
      this.#ends.forget(teamId)
      throw error
    }
  }

  #close(feed: AppFeed): void {
    if (!this.#feeds.remove(feed)) return
    this.#ends.forget(feed.teamId)
  }

  #parts() {
    const { store, clock, log, publicUrl } = this.#options
    return { store, clock, log, publicUrl, viewers: this.#viewers, pages: this.#pages, lastSeq: this.#ends.of }
  }

  #subscriber(name: AppName, transport: Transport): Subscriber {
    const { clock, log, bounds, observer } = this.#options
    const shared = { clock, log, transport, observer, journal: this.#journal }
    return new Subscriber({ ...shared, ...name, bounds: { ...SUBSCRIBER_BOUNDS, ...bounds } })
  }

  async #warnOfSilence({ teamId, app }: Subscription): Promise<void> {
    try {
      warnOfSilence(this.#options.log, app, await this.#viewers.find(teamId, app.id))
    } catch (error) {
      this.#warn(error)
    }
  }

  /** Slack sends nothing to an address that does not answer its challenge. Here it is told to the operator, as the
   * receiver may well start after this server (docs/decisions/0046). */
  async #verify({ teamId, app }: Subscription): Promise<void> {
    if (!hasWebhook(app)) return
    const { verified, detail } = await verifyUrl(this.#webhooks, app, this.#ending.signal)
    if (verified || this.#ending.signal.aborted) return
    const about = { team: teamId, app: app.id, origin: originOf(app.requestUrl ?? ''), detail }
    this.#options.log.warn(about, 'The request URL did not answer the challenge. Events are sent to it all the same.')
  }
}

function transportsOf(webhooks: Webhooks, { socketMode }: RelayOptions): readonly Transport[] {
  const byHttp = createWebhookTransport(webhooks)
  return socketMode === undefined ? [byHttp] : [byHttp, createSocketModeTransport(socketMode)]
}
