import type { MovableClock } from '../clock.ts'
import type { Limiter } from '../storage/limiter.ts'
import type { Store } from '../storage/store.ts'
import type { Faults } from '../web-api/faults.ts'
import { createJournal, type Journal } from '../web-api/journal.ts'
import { moveClock, tellClock } from './clock-control.ts'
import { isControlRefusal } from './control-refusal.ts'
import { createFaults } from './faults.ts'
import { type Controlled, createLists, type Lists } from './lists.ts'
import type { Deliveries, Mailbox, StoreReader } from './ports.ts'
import { readControl } from './read-control.ts'
import { readFault } from './read-fault.ts'
import { readMove } from './read-move.ts'
import { createStored } from './stored.ts'

export interface ControlsOptions {
  readonly store: Store
  readonly clock: MovableClock
  readonly limiter: Pick<Limiter, 'clear'>
  /** Names of the methods that a fault may be for. */
  readonly methods: readonly string[]
  /** They stand aside while all that is stored is replaced, the first of them first. */
  readonly readers: readonly StoreReader[]
  readonly deliveries: Deliveries
  readonly mailbox: Mailbox
}

/** What `/_nametag/…` does, in `dev` only. Bodies and queries come as they were sent, and are judged here. */
export interface Controls extends Lists {
  /** For the calls of the Web API. */
  readonly faults: Faults
  readonly journal: Journal
  /** Remembers what is stored, for `reset`: called once, when the store is filled and before calls are taken. */
  start(): Promise<void>
  /** Whether it could be remembered: too much is stored for a copy otherwise. */
  canReset(): boolean
  moveClock(body: unknown): Controlled
  addFault(body: unknown): Controlled
  listFaults(): Controlled
  clearFaults(): Controlled
  reset(body: unknown): Controlled
  takeState(): Controlled
  restoreState(body: unknown): Controlled
}

export function createControls(options: ControlsOptions): Controls {
  const { store, clock, limiter, methods, readers, deliveries, mailbox } = options
  const faults = createFaults()
  const journal = createJournal()
  const stored = createStored({ store, readers })
  const inTurn = createTurns()

  return {
    faults,
    journal,
    start: () => inTurn(() => stored.remember()),
    canReset: stored.isRemembered,

    async moveClock(body) {
      const move = readMove(body)
      return isControlRefusal(move) ? move : inTurn(() => moveClock(clock, move, readers))
    },

    async addFault(body) {
      const asked = readFault(body, methods)
      if (isControlRefusal(asked)) return asked
      const grant = asked.token === undefined ? undefined : await store.findGrant(asked.token)
      return faults.add(asked, grant?.tokenId) ?? { faults: faults.list() }
    },
    listFaults: async () => ({ faults: faults.list() }),
    async clearFaults() {
      faults.clear()
      return { faults: faults.list() }
    },

    async reset(body) {
      const wrong = readControl(body, () => ({}))
      return isControlRefusal(wrong) ? wrong : inTurn(beginAgain)
    },
    takeState: () => inTurn(() => stored.take()),
    restoreState: (body) => inTurn(async () => (await stored.restore(body)) ?? tellClock(clock)),

    ...createLists({ store, journal, deliveries, mailbox }),
  }

  /** The clock first: what is restored must not expire by a time that was moved. */
  async function beginAgain(): Controlled {
    const refusal = await stored.restoreRemembered(() => clock.reset())
    if (refusal) return refusal
    await limiter.clear()
    for (const part of [faults, journal, mailbox]) part.clear()
    return tellClock(clock)
  }
}

/** Lets one piece of work begin when the one before it has ended. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}
