import type { Held } from '../nodes/work.ts'
import type { AppFeed } from './app-feed.ts'
import type { DeliveryJournal } from './delivery-journal.ts'
import type { Feeds } from './feeds.ts'
import { hasWebhook } from './find-event.ts'
import type { LogEnds } from './log-ends.ts'
import type { LogPages } from './log-pages.ts'
import { openFeed } from './open-feed.ts'
import type { RelayOptions } from './relay.ts'
import { originOf, SUBSCRIBER_BOUNDS, Subscriber } from './subscriber.ts'
import type { Subscription } from './subscriptions.ts'
import type { AppName, Transport } from './transport.ts'
import { verifyUrl } from './url-verification.ts'
import type { Viewers } from './viewers.ts'
import { warnOfSilence } from './warn-of-silence.ts'
import type { Webhooks } from './webhook.ts'

export interface FeedKeeperParts {
  readonly options: RelayOptions
  readonly viewers: Viewers
  readonly webhooks: Webhooks
  readonly pages: LogPages
  readonly journal: DeliveryJournal
  readonly feeds: Feeds
  readonly ends: LogEnds
  readonly ending: AbortSignal
  warn(error: unknown): void
}

/** Opens, renews and closes the feeds of the apps that this node tells. */
export class FeedKeeper {
  readonly #given: FeedKeeperParts

  constructor(given: FeedKeeperParts) {
    this.#given = given
  }

  async open(subscription: Subscription, held: Held): Promise<AppFeed> {
    const { feeds, ends } = this.#given
    const { teamId, app, transport } = subscription
    const startAfter = await ends.follow(teamId)
    try {
      const subscriber = this.#subscriber({ teamId, appId: app.id }, transport)
      const feed = await openFeed(this.#parts(), { teamId, appId: app.id, startAfter, subscriber, held })
      if (!held.isValid()) throw new Error('The lease ran out while the feed was opened.')
      feeds.add({ feed, subscription })
      feed.wake()
      void this.#verify(subscription)
      void this.#warnOfSilence(subscription)
      return feed
    } catch (error) {
      ends.forget(teamId)
      throw error
    }
  }

  renew(subscription: Subscription, hasNewAddress: boolean): void {
    const feed = this.#given.feeds.get(subscription.teamId, subscription.app.id)?.feed
    if (feed === undefined) return
    feed.wake()
    if (!hasNewAddress) return
    // Another address deserves another chance.
    feed.enable()
    void this.#verify(subscription)
  }

  close(feed: AppFeed): void {
    if (this.#given.feeds.remove(feed)) this.#given.ends.forget(feed.teamId)
  }

  #parts() {
    const { options, viewers, pages, ends } = this.#given
    const { store, clock, log, publicUrl } = options
    return { store, clock, log, publicUrl, viewers, pages, lastSeq: ends.of }
  }

  #subscriber(name: AppName, transport: Transport): Subscriber {
    const { clock, log, bounds, observer } = this.#given.options
    const shared = { clock, log, transport, observer, journal: this.#given.journal }
    return new Subscriber({ ...shared, ...name, bounds: { ...SUBSCRIBER_BOUNDS, ...bounds } })
  }

  async #warnOfSilence({ teamId, app }: Subscription): Promise<void> {
    const { options, viewers, warn } = this.#given
    try {
      warnOfSilence(options.log, app, await viewers.find({ teamId, appId: app.id }))
    } catch (error) {
      warn(error)
    }
  }

  /** Slack sends nothing to an address that does not answer its challenge. Here it is told to the operator, as the
   * receiver may well start after this server (docs/decisions/0046). */
  async #verify({ teamId, app }: Subscription): Promise<void> {
    const { options, webhooks, ending } = this.#given
    if (!hasWebhook(app)) return
    const { verified, detail } = await verifyUrl(webhooks, app, ending)
    if (verified || ending.aborted) return
    const about = { team: teamId, app: app.id, origin: originOf(app.requestUrl ?? ''), detail }
    options.log.warn(about, 'The request URL did not answer the challenge. Events are sent to it all the same.')
  }
}
