import type { Clock } from '../clock.ts'
import type { AppId, TeamId } from '../domain/ids.ts'
import type { App, Team } from '../domain/team.ts'
import type { Store } from '../storage/store.ts'
import type { AppFeed } from './app-feed.ts'
import { type Delivery, DeliveryJournal } from './delivery-journal.ts'
import { Feeds } from './feeds.ts'
import { hasWebhook, readerOf } from './find-event.ts'
import { createLogEnds, type LogEnds } from './log-ends.ts'
import { createLogPages } from './log-pages.ts'
import { openFeed } from './open-feed.ts'
import { findPast } from './past-deliveries.ts'
import type { SocketMode } from './socket-mode.ts'
import { createSocketModeTransport } from './socket-mode-transport.ts'
import { type Log, originOf, SUBSCRIBER_BOUNDS, Subscriber, type SubscriberBounds } from './subscriber.ts'
import { factsOf, type SubscriptionFacts } from './subscription-facts.ts'
import type { AppName, Transport } from './transport.ts'
import { type Verification, verifyUrl } from './url-verification.ts'
import { createViewers, type Viewers } from './viewers.ts'
import { warnOfSilence } from './warn-of-silence.ts'
import { createWebhooks, type Webhooks } from './webhook.ts'
import { createWebhookTransport } from './webhook-transport.ts'

export interface RelayOptions {
  readonly store: Store
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
  /** Facts for people. */
  describe(): Promise<readonly SubscriptionFacts[]>
}

const RELOAD_MS = 30_000
/** Teams that are read at one time, to find their apps. */
const PAGE_TEAMS = 100

export function createRelay(options: RelayOptions): Relay {
  return new LogRelay(options)
}

class LogRelay implements Relay {
  readonly #options: RelayOptions
  readonly #viewers: Viewers
  readonly #webhooks: Webhooks
  /** At most one of them serves an app. */
  readonly #transports: readonly Transport[]
  readonly #pages: ReturnType<typeof createLogPages>
  readonly #journal = new DeliveryJournal()
  readonly #feeds = new Feeds()
  readonly #ends: LogEnds
  /** Teams whose logs have grown since their feeds were woken. */
  #grown = new Set<TeamId>()
  readonly #ending = new AbortController()
  /** Reloads and resets come one after the other. */
  #reloading: Promise<void> = Promise.resolve()
  #forgetOpenings = () => {}
  #timer: NodeJS.Timeout | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    this.#viewers = options.viewers ?? createViewers(options)
    this.#webhooks = options.webhooks ?? createWebhooks(options)
    this.#transports = [
      createWebhookTransport(this.#webhooks),
      ...(options.socketMode ? [createSocketModeTransport(options.socketMode)] : []),
    ]
    this.#pages = createLogPages(options.store)
    this.#ends = createLogEnds(options.store, (teamId, isBack) =>
      isBack ? this.#beginAgain() : this.#wakeSoon(teamId),
    )
  }

  async start(): Promise<void> {
    const { socketMode } = this.#options
    this.#forgetOpenings = socketMode?.onOpen((app) => this.#hearOpening(app)) ?? this.#forgetOpenings
    await this.reload()
    this.#timer = setInterval(() => this.#reloadQuietly(), RELOAD_MS).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#forgetOpenings()
    this.#ending.abort()
    await this.#reloading
    this.#ends.clear()
    await Promise.all(this.#feeds.all().map(({ feed }) => feed.stop()))
    this.#feeds.clear()
    this.#webhooks.close()
  }

  async runDue(): Promise<void> {
    await Promise.all(this.#feeds.all().map(({ feed }) => feed.startDue()))
  }

  reload(): Promise<void> {
    return this.#inTurn(() => this.#openFeeds())
  }

  reset(restore: () => Promise<void> = async () => {}): Promise<void> {
    return this.#inTurn(async () => {
      this.#ends.clear()
      await Promise.all(this.#feeds.all().map(({ feed }) => feed.abandon()))
      this.#feeds.clear()
      this.#journal.clear()
      try {
        await restore()
      } finally {
        this.#pages.clear()
        this.#viewers.clear()
        await this.#openFeeds()
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

  async describe(): Promise<readonly SubscriptionFacts[]> {
    const facts = this.#feeds.teams().map(async (teamId) => {
      const kept = await this.#options.store.findUndelivered(teamId, null, 1000)
      const lastSeq = this.#ends.of(teamId)
      return this.#feeds.ofTeam(teamId).map(({ feed, app }) => factsOf(feed, app, { lastSeq, kept }))
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
    this.reset().catch((error) => this.#options.log.warn({ err: error }, 'The apps could not be read just now.'))
  }

  /** What the app was not told so far waits for this. */
  #hearOpening({ teamId, appId }: AppName): void {
    const known = this.#feeds.get(teamId, appId)
    if (known?.app.socketMode) known.feed.wake()
    else this.#reloadQuietly()
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#reloading.then(work)
    this.#reloading = done.catch(() => {})
    return done
  }

  #reloadQuietly(): void {
    this.reload().catch((error) => this.#options.log.warn({ err: error }, 'The apps could not be read just now.'))
  }

  /** Page by page: there may be very many teams, and those without apps are not read at all. */
  async #openFeeds(): Promise<void> {
    const served = new Set<string>()
    for (let after: TeamId | null = null, isLast = false; !isLast && !this.#ending.signal.aborted; ) {
      const teams: readonly Team[] = await this.#options.store.findTeamsWithApps(after, PAGE_TEAMS)
      const apps = teams.flatMap((team) => this.#servedApps(team))
      for (const { teamId, app } of apps) served.add(readerOf(teamId, app.id))
      await Promise.all(apps.map((facts) => this.#openOrRenew(facts)))
      after = teams.at(-1)?.id ?? null
      isLast = teams.length < PAGE_TEAMS
    }
    for (const { feed } of this.#feeds.all()) {
      if (!served.has(readerOf(feed.teamId, feed.appId))) await this.#closeFeed(feed)
    }
  }

  #servedApps(team: Team): readonly Subscription[] {
    return [...team.apps.values()].flatMap((app) => {
      const transport = this.#transports.find((candidate) => candidate.serves(app))
      return transport === undefined ? [] : [{ teamId: team.id, app, transport }]
    })
  }

  async #closeFeed(feed: AppFeed): Promise<void> {
    if (this.#feeds.remove(feed)) this.#ends.forget(feed.teamId)
    await feed.stop()
  }

  async #openOrRenew({ teamId, app, transport }: Subscription): Promise<void> {
    const present = this.#feeds.get(teamId, app.id)
    const isKept = present?.transport === transport
    if (present !== undefined && !isKept) await this.#closeFeed(present.feed)
    const known = isKept ? present : undefined
    const isNew = known?.app.requestUrl !== app.requestUrl
    if (known !== undefined) {
      known.app = app
      // Another address deserves another chance.
      if (isNew) known.feed.enable()
      else known.feed.wake()
    } else {
      const feed = await openFeed(this.#parts(), {
        teamId,
        appId: app.id,
        startAfter: await this.#ends.follow(teamId),
        subscriber: this.#subscriber({ teamId, appId: app.id }, transport),
      })
      this.#feeds.add({ feed, app, transport })
      feed.wake()
      warnOfSilence(this.#options.log, app, await this.#viewers.find(teamId, app.id))
    }
    if (isNew && hasWebhook(app)) void this.#verify(teamId, app)
  }

  #parts() {
    const { store, clock, log, publicUrl } = this.#options
    return { store, clock, log, publicUrl, viewers: this.#viewers, pages: this.#pages, lastSeq: this.#ends.of }
  }

  #subscriber(name: AppName, transport: Transport): Subscriber {
    const { clock, log, bounds } = this.#options
    const shared = { clock, log, transport, journal: this.#journal }
    return new Subscriber({ ...shared, ...name, bounds: { ...SUBSCRIBER_BOUNDS, ...bounds } })
  }

  /** Slack sends nothing to an address that does not answer its challenge. Here it is told to the operator, as the
   * receiver may well start after this server (docs/decisions/0046). */
  async #verify(teamId: TeamId, app: App): Promise<void> {
    const { verified, detail } = await verifyUrl(this.#webhooks, app, this.#ending.signal)
    if (verified || this.#ending.signal.aborted) return
    const about = { team: teamId, app: app.id, origin: originOf(app.requestUrl ?? ''), detail }
    this.#options.log.warn(about, 'The request URL did not answer the challenge. Events are sent to it all the same.')
  }
}

/** An app that takes events, and how. */
interface Subscription {
  readonly teamId: TeamId
  readonly app: App
  readonly transport: Transport
}
