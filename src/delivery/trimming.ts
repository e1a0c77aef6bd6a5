import { setTimeout } from 'node:timers/promises'
import { type Cancel, type Clock, systemClock } from '../clock.ts'
import type { TeamId } from '../domain/ids.ts'
import type { Node } from '../nodes/node.ts'
import type { Held } from '../nodes/work.ts'
import { Runner } from '../runner.ts'
import { allTeams } from '../storage/all-teams.ts'
import type { Store } from '../storage/store.ts'

/** Entries that are removed in one transaction. */
const TRIMMED_MAX = 200
/** How much longer than a removal the rest after it is, so that calls have the store to themselves most of the time. */
const REST_FACTOR = 4
const REST_MS_MAX = 1000
/** Age of an entry that goes although somebody has still to take it. */
const UNREAD_DAYS_MAX = 365
const DAY_MS = 86_400_000
const RETENTION_MS = 30 * DAY_MS
const LOOK_MS = 3_600_000
/** A server that starts has other things to do first. */
const FIRST_LOOK_MS = 60_000

export interface TrimmingOptions {
  readonly store: Store
  /** One of the nodes on the store does it. */
  readonly node: Pick<Node, 'want' | 'look'>
  /** The time by which entries grow old. */
  readonly clock: Clock
  readonly log: { warn(fields: object, message: string): void }
  /** Age of an entry that goes once everybody has dealt with it; 30 days unless said. */
  readonly retentionMs?: number | undefined
  /** Hears how many entries were removed. It is quick, and never throws. */
  readonly onTrimmed?: (entries: number) => void
  /** The time that passes while the store is away. */
  readonly outageClock?: Clock
}

/** Removes from the logs what is too old (docs/decisions/0059). */
export interface Trimming {
  start(): Promise<void>
  /** Resolves when everything that is too old has gone, as far as this node does it. */
  runDue(): Promise<void>
  /** Stands aside while `restore` replaces all that is stored and sets the clock. */
  reset(restore: () => Promise<void>): Promise<void>
  stop(): Promise<void>
}

export function createTrimming(options: TrimmingOptions): Trimming {
  const { store, node, clock, log, retentionMs = RETENTION_MS, onTrimmed, outageClock = systemClock } = options
  let held: Held | undefined
  let runner = newRunner()
  let cancelAlarm: Cancel = () => undefined
  let wantNoMore = async () => {}
  /** Teams whose logs could not be trimmed, at the last look. */
  let stuckBefore = 0

  return {
    async start() {
      wantNoMore = node.want({
        ...{ teamId: '', name: 'trimming', spread: false },
        begin: async (given) => {
          held = given
          runner = newRunner()
          lookIn(FIRST_LOOK_MS)
        },
        finish: () => standStill(),
        abandon: () => standStill(),
      })
      await node.look()
    },
    runDue: () => (held === undefined ? Promise.resolve() : runner.run()),
    async reset(restore) {
      await standStill(held)
      await restore()
      runner = newRunner()
      if (held !== undefined) lookIn(FIRST_LOOK_MS)
    },
    stop: () => wantNoMore(),
  }

  function newRunner(): Runner {
    const onFailure = (err: unknown) => log.warn({ err }, 'Logs could not be trimmed just now; this is tried again.')
    return new Runner({ work: trimAll, clock: outageClock, onFailure })
  }

  async function standStill(next?: Held): Promise<void> {
    held = next
    cancelAlarm()
    await runner.stop()
  }

  /** A clock that is moved by hand does not wait for it: far in the future, one look does what many would have. */
  function lookIn(ms: number): void {
    cancelAlarm()
    cancelAlarm = clock.at(clock.now() + ms, () => {
      void runner.run()
    })
  }

  async function trimAll(): Promise<void> {
    let stuck = 0
    let firstStuck: TeamId | undefined
    for await (const { id } of allTeams(store)) {
      if (isOver()) return
      if ((await trim(id)) === 'trimmed') continue
      stuck += 1
      firstStuck ??= id
    }
    if (stuck > 0 && stuckBefore === 0) {
      log.warn(
        { teams: stuck, team: firstStuck },
        'Old entries of the log stay, as an app or a mail has still to take them.',
      )
    }
    stuckBefore = stuck
    lookIn(LOOK_MS)
  }

  async function trim(teamId: TeamId): Promise<'trimmed' | 'stuck'> {
    const now = clock.now()
    const old = { before: now - retentionMs, unreadBefore: now - Math.max(retentionMs, UNREAD_DAYS_MAX * DAY_MS) }
    // The last entry stays, however old it is.
    const [first, second] = await store.readLog(teamId, 0, 2)
    if (first === undefined || second === undefined || first.at >= old.before) return 'trimmed'
    for (let total = 0; ; ) {
      const start = performance.now()
      const removed = await store.trimLog(teamId, old, TRIMMED_MAX)
      if (removed > 0) onTrimmed?.(removed)
      total += removed
      if (removed === 0 || isOver()) return total === 0 ? 'stuck' : 'trimmed'
      await setTimeout(Math.min((performance.now() - start) * REST_FACTOR, REST_MS_MAX))
    }
  }

  function isOver(): boolean {
    return runner.isStopped || held?.isValid() !== true
  }
}
