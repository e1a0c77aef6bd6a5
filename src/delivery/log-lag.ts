import type { TeamId } from '../domain/ids.ts'
import type { Store } from '../storage/store.ts'
import type { Feeds } from './feeds.ts'
import type { LogEnds } from './log-ends.ts'

/** Of very many teams that are behind, the ones that are furthest have their time looked up. */
const LOOKED_UP_MAX = 100

/** How far the readers of the log that are here are behind. */
export interface LogLag {
  readonly feeds: number
  /** Of the one furthest behind. */
  readonly entries: number
}

interface Behind {
  readonly teamId: TeamId
  /** The last entry that the feed furthest behind has dealt with. */
  readonly cursor: number
  readonly entries: number
}

export function lagOf(feeds: Feeds, ends: Pick<LogEnds, 'of'>): LogLag {
  return {
    feeds: feeds.all().length,
    entries: findBehind(feeds, ends).reduce((most, { entries }) => Math.max(most, entries), 0),
  }
}

/** When the oldest entry was written that a feed here has still to deal with, in Unix milliseconds; `undefined` where
 * there is none. */
export async function findLagSince(
  feeds: Feeds,
  ends: Pick<LogEnds, 'of'>,
  store: Pick<Store, 'readLog'>,
): Promise<number | undefined> {
  const furthest = findBehind(feeds, ends)
    .sort((one, other) => other.entries - one.entries)
    .slice(0, LOOKED_UP_MAX)
  const next = await Promise.all(furthest.map(({ teamId, cursor }) => store.readLog(teamId, cursor, 1)))
  const times = next.flat().map(({ at }) => at)
  return times.length === 0 ? undefined : Math.min(...times)
}

function findBehind(feeds: Feeds, ends: Pick<LogEnds, 'of'>): Behind[] {
  return feeds.teams().flatMap((teamId) => {
    const cursor = Math.min(...feeds.ofTeam(teamId).map(({ feed }) => feed.cursor))
    const entries = ends.of(teamId) - cursor
    return entries > 0 ? [{ teamId, cursor, entries }] : []
  })
}
