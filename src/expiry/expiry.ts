import { type Cancel, type Clock, systemClock } from '../clock.ts'
import { isRefusal, type Refusal, refuse } from '../domain/errors.ts'
import { withStatusCleared } from '../domain/profile/change-profile.ts'
import type { Node } from '../nodes/node.ts'
import { Runner } from '../runner.ts'
import type { Change, ExpiringStatus, Loaded, Store } from '../storage/store.ts'

/** Changes that wait in the store's queue at one time. Other callers wait for so many at most; fewer would mean more
 * commits, each with a flush of the disk, than a minute of many expiries has time for. */
const OUTSTANDING_MAX = 128
/** How much later than the one node whose work it is all others look: where it has died, they are still in time, and where
 * it has not, they find nothing (docs/decisions/0051). */
const BACKUP_MS = 500

export interface ExpiryOptions {
  readonly store: Pick<Store, 'change' | 'findExpiring' | 'findNextExpiration' | 'onCommit'>
  readonly node: Pick<Node, 'want' | 'look'>
  /** The time by which statuses expire. */
  readonly clock: Clock
  readonly log: { error(fields: object, message: string): void }
  /** The time that passes while the store is away. */
  readonly outageClock?: Clock
  /** Hears of each status that was cleared here, and how late. It is quick, and never throws. */
  readonly onCleared?: (lateMs: number) => void
}

/** Clears statuses whose time has come (docs/decisions/0027). */
export interface Expiry {
  /** Resolves when it knows the next time; what came due while nobody watched is cleared right after. */
  start(): Promise<void>
  /** Resolves when everything that is due is committed. */
  runDue(): Promise<void>
  /** Stands aside while `restore` replaces all that is stored and sets the clock, and begins again from it. */
  reset(restore: () => Promise<void>): Promise<void>
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

export function createExpiry(options: ExpiryOptions): Expiry {
  const { store, node, clock, log, outageClock = systemClock, onCleared } = options
  let runner = newRunner()
  /** Its time is in Unix milliseconds. */
  let alarm: { readonly at: number; readonly cancel: Cancel } | undefined
  let unsubscribe: () => void = () => undefined
  let wantNoMore = async () => {}
  let isOurs = false

  return {
    async start() {
      unsubscribe = store.onCommit(({ earliestExpiration }) => setAlarm(earliestExpiration))
      wantNoMore = node.want({
        ...{ teamId: '', name: 'expiry', spread: false },
        begin: takeOver,
        finish: stepBack,
        abandon: stepBack,
      })
      await node.look()
      await learnNext()
    },
    runDue: () => runner.run(),
    async reset(restore) {
      await standStill()
      await restore()
      runner = newRunner()
      await learnNext()
    },
    async stop() {
      unsubscribe()
      await Promise.all([standStill(), wantNoMore()])
    },
  }

  function newRunner(): Runner {
    return new Runner({ work: clearAllDue, clock: outageClock, onFailure: report })
  }

  async function takeOver(): Promise<void> {
    isOurs = true
    await learnNext()
  }

  async function stepBack(): Promise<void> {
    isOurs = false
  }

  async function learnNext(): Promise<void> {
    await store.findNextExpiration().then(setAlarm, () => void runner.run())
  }

  async function standStill(): Promise<void> {
    const stopped = runner.stop()
    alarm?.cancel()
    alarm = undefined
    await stopped
  }

  /** Sets the alarm to the earlier of the two times. `seconds`: Unix seconds; 0 or nothing where none is due ever. */
  function setAlarm(seconds: number | undefined): void {
    if (!seconds || runner.isStopped) return
    const at = seconds * 1000 + (isOurs ? 0 : BACKUP_MS)
    if (alarm !== undefined && alarm.at <= at) return
    alarm?.cancel()
    const cancel = clock.at(at, () => {
      alarm = undefined
      return runner.run()
    })
    alarm = { at, cancel }
  }

  async function clearAllDue(): Promise<void> {
    for (let due = await findDue(); due.length > 0 && !runner.isStopped; due = await findDue()) {
      const outcomes = await Promise.allSettled(due.map(clear))
      const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
      if (failed.length > 0) throw new AggregateError(failed.map(({ reason }) => reason))
    }
    // Set before this resolves: a clock that is moved by hand then sees what comes due on its way.
    setAlarm(await store.findNextExpiration())
  }

  function findDue(): Promise<readonly ExpiringStatus[]> {
    return store.findExpiring(Math.floor(clock.now() / 1000), OUTSTANDING_MAX)
  }

  async function clear({ teamId, userId, expiration }: ExpiringStatus): Promise<void> {
    const key = { teamId, actorId: userId, userId, emails: [], userIds: [] }
    const now = clock.now()
    const outcome = await store.change(key, (loaded) => clearIfDue(loaded, now))
    if (!isRefusal(outcome) && outcome.events.length > 0) onCleared?.(clock.now() - expiration * 1000)
  }

  function report(error: unknown): void {
    // Hundreds of calls fail for one reason when the store is away.
    const err = error instanceof AggregateError ? error.errors[0] : error
    log.error({ err }, 'Statuses that are due could not be cleared; this is tried again.')
  }
}

/** Judged by the stored user, so that a status which was replaced meanwhile stays, and nobody is told twice. */
function clearIfDue({ user }: Loaded, now: number): Change | Refusal<'user_not_found'> {
  if (user === undefined) return refuse('user_not_found')
  const { expiration } = user.profile.status
  if (expiration === 0 || expiration * 1000 > now) return { user, events: [] }
  const { user: cleared, events } = withStatusCleared(user, now)
  return { user: cleared, events, at: now }
}
