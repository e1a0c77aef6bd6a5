import type { Clock } from '../clock.ts'
import type { AppId, TeamId } from '../domain/ids.ts'
import type { Node } from '../nodes/node.ts'
import type { Store } from '../storage/store.ts'
import type { Delivery } from './delivery-journal.ts'
import type { LogLag } from './log-lag.ts'
import { LogRelay } from './log-relay.ts'
import type { SocketMode } from './socket-mode.ts'
import type { DeliveryObserver, Log, SubscriberBounds } from './subscriber.ts'
import type { SubscriptionFacts } from './subscription-facts.ts'
import type { Verification } from './url-verification.ts'
import type { Viewers } from './viewers.ts'
import type { Webhooks } from './webhook.ts'

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

export function createRelay(options: RelayOptions): Relay {
  return new LogRelay(options)
}
