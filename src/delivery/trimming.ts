import { type Cancel, type Clock, systemClock } from '../clock.ts'
import type { TeamId } from '../domain/ids.ts'
import type { Node } from '../nodes/node.ts'
import type { Held } from '../nodes/work.ts'
import { Runner } from '../runner.ts'
import { allTeams } from '../storage/all-teams.ts'
import type { Store } from '../storage/store.ts'
import { DAY_MS, trimLog } from './trim-log.ts'

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
      if ((await trimLog(id, { store, now: clock.now(), retentionMs, onTrimmed, isOver })) === 'trimmed') continue
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

  function isOver(): boolean {
    return runner.isStopped || held?.isValid() !== true
  }
}
