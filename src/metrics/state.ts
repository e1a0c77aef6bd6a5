/** What is looked at, rather than counted, when the metrics are read. */
export interface State {
  readonly version: string
  /** `sqlite` or `postgres`. */
  readonly engine: string
  readonly isReady: boolean
  /** Writes that have been committed. */
  readonly changes: number
  /** Writes that wait for a batch, and how many may. */
  readonly queued: number
  readonly queuedMax: number
  readonly sockets: { readonly socketMode: number; readonly rtm: number }
  readonly limiterKeys: number
  readonly feeds: FeedsSeen
  /** Absent where the database did not answer: then what only it knows is left out. */
  readonly stored?: StoredSeen | undefined
}

/** Of the readers of the log that are here, one for each app. */
export interface FeedsSeen {
  readonly count: number
  /** Entries that the one furthest behind has still to deal with. */
  readonly lagEntries: number
}

export interface StoredSeen {
  /** How long ago the oldest entry was written that a reader here has still to deal with. */
  readonly lagSeconds: number
  readonly undelivered: readonly UndeliveredSeen[]
}

export interface UndeliveredSeen {
  readonly reader: 'events' | 'mail'
  readonly state: 'waiting' | 'given_up'
  readonly count: number
}
