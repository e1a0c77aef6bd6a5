import type { App } from '../domain/team.ts'
import type { Node } from '../nodes/node.ts'
import type { Held, Work } from '../nodes/work.ts'
import type { Store } from '../storage/store.ts'
import type { AppFeed } from './app-feed.ts'
import { readerOf } from './find-event.ts'
import { findSubscriptions, type Subscription } from './subscriptions.ts'
import type { AppName, Transport } from './transport.ts'

export interface WantedFeedsParts {
  readonly store: Store
  readonly node: Pick<Node, 'want' | 'look'>
  /** At most one of them serves an app. */
  readonly transports: readonly Transport[]
  /** This node is to tell the app. */
  open(subscription: Subscription, held: Held): Promise<AppFeed>
  /** It is so no more; the feed ends by itself. */
  close(feed: AppFeed): void
  /** The app was read anew. */
  renewed(subscription: Subscription, hasNewAddress: boolean): void
}

/** All apps that take events, and which of them this node wants to tell: of several nodes, each is told by one. */
export class WantedFeeds {
  readonly #parts: WantedFeedsParts
  /** By their readers, as all maps here. */
  readonly #subscriptions = new Map<string, Subscription>()
  /** How to want a feed no more; absent where it is not wanted here. */
  readonly #wanted = new Map<string, () => Promise<void>>()
  #isDropping = false

  constructor(parts: WantedFeedsParts) {
    this.#parts = parts
  }

  find({ teamId, appId }: AppName): Subscription | undefined {
    return this.#subscriptions.get(readerOf(teamId, appId))
  }

  /** Reads all apps. Resolves when what is here to be told is, or is about to be. */
  async readAll(ending: AbortSignal): Promise<void> {
    const found = new Set<string>()
    for await (const subscriptions of findSubscriptions(this.#parts.store, this.#parts.transports)) {
      if (ending.aborted) return
      await this.#beginReaders(subscriptions)
      for (const subscription of subscriptions) {
        found.add(subscription.reader)
        await this.#keep(subscription)
      }
    }
    for (const [reader, subscription] of this.#subscriptions) {
      if (!found.has(reader)) await this.#end(subscription)
    }
  }

  /** Of several nodes, those want it where the app can be reached. */
  wantOrNot(subscription: Subscription): void {
    const { teamId, app, transport, reader } = subscription
    const isWanted = !this.#parts.store.isShared || transport.isOpen({ teamId, appId: app.id })
    const wantNoMore = this.#wanted.get(reader)
    if (isWanted && wantNoMore === undefined)
      this.#wanted.set(reader, this.#parts.node.want(this.#workOf(subscription)))
    if (isWanted || wantNoMore === undefined) return
    this.#wanted.delete(reader)
    void wantNoMore()
  }

  /** Finishes what is on its way, and saves how far it came. */
  async finishAll(): Promise<void> {
    await Promise.all([...this.#subscriptions.values()].map((subscription) => this.#end(subscription)))
  }

  /** Leaves everything as it is in the store. */
  async dropAll(): Promise<void> {
    this.#isDropping = true
    try {
      await this.finishAll()
    } finally {
      this.#isDropping = false
    }
  }

  /** Whichever node is to tell the app, and when: it begins here, or goes on from where it stopped. */
  async #beginReaders(subscriptions: readonly Subscription[]): Promise<void> {
    const unknown = subscriptions.filter(({ reader }) => !this.#subscriptions.has(reader))
    const ofTeams = Map.groupBy(unknown, ({ teamId }) => teamId)
    const begun = [...ofTeams].map(([teamId, some]) => {
      const readers = some.map(({ reader }) => reader)
      return this.#parts.store.beginReaders(teamId, readers)
    })
    await Promise.all(begun)
  }

  async #keep(subscription: Subscription): Promise<void> {
    const known = this.#subscriptions.get(subscription.reader)
    if (known?.transport === subscription.transport) {
      this.#renew(known, subscription.app)
      return
    }
    if (known !== undefined) await this.#end(known)
    this.#subscriptions.set(subscription.reader, subscription)
    this.wantOrNot(subscription)
  }

  #renew(known: Subscription, app: App): void {
    const hasNewAddress = known.app.requestUrl !== app.requestUrl
    known.app = app
    this.#parts.renewed(known, hasNewAddress)
  }

  #workOf(subscription: Subscription): Work {
    const { teamId, reader, transport } = subscription
    let feed: AppFeed | undefined
    const close = () => feed && this.#parts.close(feed)
    return {
      ...{ teamId, name: reader, spread: transport.isEverywhere },
      begin: async (held) => {
        feed = undefined
        feed = await this.#parts.open(subscription, held)
      },
      finish: async () => {
        close()
        await (this.#isDropping ? feed?.abandon() : feed?.stop())
      },
      abandon: async () => {
        close()
        await feed?.abandon()
      },
    }
  }

  async #end({ reader }: Subscription): Promise<void> {
    const wantNoMore = this.#wanted.get(reader)
    this.#wanted.delete(reader)
    this.#subscriptions.delete(reader)
    await wantNoMore?.()
  }
}
