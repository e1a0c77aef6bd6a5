import type { App } from '../domain/team.ts'
import type { Store, Undelivered } from '../storage/store.ts'
import type { AppFeed } from './app-feed.ts'
import type { Feeds } from './feeds.ts'
import { readerOf } from './find-event.ts'
import type { LogEnds } from './log-ends.ts'

/** How one app's subscription stands. */
export interface SubscriptionFacts {
  readonly teamId: string
  readonly appId: string
  readonly name: string
  readonly requestUrl: string
  readonly events: readonly string[]
  readonly state: 'working' | 'failing' | 'disabled'
  /** How many entries of the log, at most, the app has not been told of, if they concern it. */
  readonly behind: number
  /** Events that are tried again later. */
  readonly waiting: number
  /** Events that are kept for redelivery; counted among the last that the store lists. */
  readonly givenUp: number
  /** Events that the limit of an hour kept away since the start. */
  readonly dropped: number
}

/** Of all feeds that are open here. */
export async function describeFeeds(
  feeds: Feeds,
  ends: Pick<LogEnds, 'of'>,
  store: Pick<Store, 'findUndelivered'>,
): Promise<readonly SubscriptionFacts[]> {
  const facts = feeds.teams().map(async (teamId) => {
    const kept = await store.findUndelivered(teamId, null, 1000)
    const lastSeq = ends.of(teamId)
    return feeds.ofTeam(teamId).map(({ feed, subscription: { app } }) => factsOf(feed, app, { lastSeq, kept }))
  })
  return (await Promise.all(facts)).flat()
}

function factsOf(
  { teamId, appId, cursor, waiting, subscriber }: AppFeed,
  app: App,
  { lastSeq, kept }: { readonly lastSeq: number; readonly kept: readonly Undelivered[] },
): SubscriptionFacts {
  const reader = readerOf(teamId, appId)
  return {
    teamId,
    appId,
    name: app.name,
    requestUrl: app.requestUrl ?? '',
    events: app.events,
    state: subscriber.disabledAt !== undefined ? 'disabled' : subscriber.isFailing ? 'failing' : 'working',
    behind: Math.max(0, lastSeq - cursor),
    waiting,
    givenUp: kept.filter((row) => row.reader === reader && row.nextAt === null).length,
    dropped: subscriber.dropped,
  }
}
