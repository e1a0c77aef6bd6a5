import type { AppId, TeamId } from '../domain/ids.ts'
import { type Delivery, DeliveryJournal } from './delivery-journal.ts'
import { FeedKeeper } from './feed-keeper.ts'
import { Feeds } from './feeds.ts'
import { createLogEnds, type LogEnds } from './log-ends.ts'
import { findLagSince, type LogLag, lagOf } from './log-lag.ts'
import { createLogPages, type LogPages } from './log-pages.ts'
import { findPast } from './past-deliveries.ts'
import type { Relay, RelayOptions } from './relay.ts'
import { createSocketModeTransport } from './socket-mode-transport.ts'
import { describeFeeds, type SubscriptionFacts } from './subscription-facts.ts'
import type { AppName, Transport } from './transport.ts'
import { type Verification, verifyUrl } from './url-verification.ts'
import { createViewers, type Viewers } from './viewers.ts'
import { createWaking } from './waking.ts'
import { WantedFeeds } from './wanted-feeds.ts'
import { createWebhooks, type Webhooks } from './webhook.ts'
import { createWebhookTransport } from './webhook-transport.ts'

const RELOAD_MS = 30_000

/** Begins, ends and reads anew what is told from here; `FeedKeeper` does the telling app by app. */
export class LogRelay implements Relay {
  readonly #options: RelayOptions
  readonly #viewers: Viewers
  readonly #webhooks: Webhooks
  readonly #pages: LogPages
  readonly #journal = new DeliveryJournal()
  readonly #wanted: WantedFeeds
  /** Of the apps that this node tells. */
  readonly #feeds = new Feeds()
  readonly #ends: LogEnds
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
    const wakeSoon = createWaking(this.#feeds)
    this.#ends = createLogEnds(options.store, (teamId, isBack) => (isBack ? this.#beginAgain() : wakeSoon(teamId)))
    const keeper = new FeedKeeper({
      ...{ options, viewers: this.#viewers, webhooks: this.#webhooks, pages: this.#pages, journal: this.#journal },
      ...{ feeds: this.#feeds, ends: this.#ends, ending: this.#ending.signal, warn: (error) => this.#warn(error) },
    })
    this.#wanted = new WantedFeeds({
      ...{ store: options.store, node: options.node, transports: transportsOf(this.#webhooks, options) },
      open: (subscription, held) => keeper.open(subscription, held),
      close: (feed) => keeper.close(feed),
      renewed: (subscription, hasNewAddress) => keeper.renew(subscription, hasNewAddress),
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

  describe(): Promise<readonly SubscriptionFacts[]> {
    return describeFeeds(this.#feeds, this.#ends, this.#options.store)
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
}

function transportsOf(webhooks: Webhooks, { socketMode }: RelayOptions): readonly Transport[] {
  const byHttp = createWebhookTransport(webhooks)
  return socketMode === undefined ? [byHttp] : [byHttp, createSocketModeTransport(socketMode)]
}
