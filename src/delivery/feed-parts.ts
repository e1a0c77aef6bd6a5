import type { Clock } from '../clock.ts'
import type { AppId, TeamId } from '../domain/ids.ts'
import type { Held } from '../nodes/work.ts'
import type { Store } from '../storage/store.ts'
import type { LogPages } from './log-pages.ts'
import type { Log, Subscriber } from './subscriber.ts'
import type { Viewers } from './viewers.ts'

/** What all feeds share. */
export interface FeedParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly viewers: Viewers
  readonly pages: LogPages
  readonly publicUrl: () => string
  /** Of the last entry in a team's log. */
  readonly lastSeq: (teamId: TeamId) => number
}

export interface FeedFacts {
  readonly teamId: TeamId
  readonly appId: AppId
  readonly subscriber: Subscriber
  readonly held: Held
  /** Where to begin, where the reader has never said how far it has come. */
  readonly startAfter: number
}
