import type { Count } from '../../../domain/limits/count.ts'
import type { Limiter } from '../../limiter.ts'
import { Turns } from '../../turns.ts'
import { connect } from '../connection.ts'
import { openTransaction } from '../transaction.ts'
import { BEGIN, openCounting } from './count.ts'
import { AHEAD_MS, type LimitCall, loneBucket, type Verdict } from './decide.ts'
import { purge, purgeRegularly } from './purge.ts'
import { Refusals, secondsOf } from './refusals.ts'
import { openLimitRows } from './rows.ts'
import { TierLeases } from './tier-leases.ts'
import { callersTime, evenTime } from './time.ts'

export interface PostgresLimiterOptions {
  /** `postgres://…`, of a database that `openPostgres` has brought up to date. */
  readonly url: string
  /** Whose clock tells when a call was made: the database's, so that all servers agree. Tests move the callers'. */
  readonly clock?: 'database' | 'callers'
  /** Whether the calls of each team are counted in a transaction of their own. */
  readonly shardByTeam?: boolean
}

export interface PostgresLimiter extends Limiter {
  clear(): Promise<void>
  /** Answers what is under way, and refuses the rest. */
  close(): Promise<void>
}

/** Calls that wait to be counted. */
export const WAITING_CALLS_MAX = 4096
/** Calls that are counted in one transaction. */
export const COUNTED_CALLS_MAX = 256

/** Counts in the database, so that all servers on it let pass together what one would (docs/decisions/0053). On
 * connections of its own, so that it waits behind no batch. */
export function openPostgresLimiter({
  url,
  clock = 'database',
  shardByTeam = false,
}: PostgresLimiterOptions): PostgresLimiter {
  const db = connect(url)
  const transaction = openTransaction(db, BEGIN)
  const refusals = new Refusals()
  const leases = new TierLeases()
  const forget = () => {
    refusals.clear()
    leases.clear()
  }
  const time = clock === 'callers' ? callersTime(forget) : evenTime
  const groupOf = ({ counts }: LimitCall) => (shardByTeam ? (counts[0]?.teamId ?? '') : '')
  const limits = { waitingMax: WAITING_CALLS_MAX, callsMax: COUNTED_CALLS_MAX, groupOf }
  const turns = new Turns<LimitCall, Verdict>(limits, openCounting(transaction, clock === 'callers'))
  const stopPurging = purgeRegularly(() => purge({ db, transaction, shardByTeam }, time.present))

  return {
    take(counts, callTime) {
      if (counts.length === 0) return 0
      const now = time.ask(callTime)
      const bucket = loneBucket(counts)
      return refusals.find(counts, now) ?? (bucket && leases.use(bucket, now) ? 0 : ask(counts, now))
    },

    takeAnyway(counts, callTime) {
      if (counts.length === 0) return
      // Where it cannot be counted, nobody is refused for it either.
      turns.add({ counts, time: time.ask(callTime), isJudged: false, ahead: 0 }).catch(() => undefined)
    },

    async clear() {
      await transaction((tx) => openLimitRows(tx).dropAll())
      forget()
      time.restart()
    },

    async close() {
      await Promise.all([turns.close(), stopPurging()])
      await db.close()
    },

    get size() {
      return refusals.size + leases.size
    },
  }

  async function ask(counts: readonly Count[], askedAt: number): Promise<number> {
    const bucket = loneBucket(counts)
    const wanted = bucket === undefined ? 0 : leases.wanted(bucket, askedAt)
    const { waitMs, settledMs, ahead } = await turns.add({ counts, time: askedAt, isJudged: true, ahead: wanted })
    // The database looked at its clock after the call was made and before it was answered.
    if (waitMs > 0) {
      refusals.add(counts, { freeAt: time.answer(askedAt) + waitMs, settledUntil: askedAt + settledMs })
      return secondsOf(waitMs)
    }
    if (bucket !== undefined) leases.add(bucket, { wanted, taken: ahead, lapsesAt: askedAt + AHEAD_MS })
    return 0
  }
}
