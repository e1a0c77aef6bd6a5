import type { MovableClock } from '../clock.ts'
import type { Controls } from '../controls/controls.ts'
import type { DeliveryShown, EventShown, MessageShown } from '../controls/seen.ts'
import type { MailShown } from '../delivery/mail-memory.ts'
import type { RunningServer } from '../server.ts'
import type { Snapshot, Store } from '../storage/store.ts'
import type { JournalEntry } from '../web-api/journal.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { controlled } from './controlled.ts'
import { createTestClock, type TestClock } from './test-clock.ts'
import { createTestFaults, type TestFaults } from './test-faults.ts'
import { createPeople, type TokenWanted } from './tokens.ts'

/** A running server of a test. Lists have the oldest first, and at most the last 10,000. */
export interface Nametag extends AsyncDisposable {
  readonly url: string
  /** With a slash at the end: what clients take as the address of the API. */
  readonly api: string
  readonly clock: TestClock
  readonly faults: TestFaults
  /** The token of a user name or id, as the workspace has it. */
  token(who: string): string
  /** Makes a token. `reset` takes it away again. */
  newToken(who: string, wanted?: TokenWanted): Promise<string>
  /** Every call that came in, with its answer's code. */
  calls(): Promise<readonly JournalEntry[]>
  /** What the log tells. */
  events(): Promise<readonly EventShown[]>
  /** Every attempt to tell an app, once all apps have been told of what has happened so far, or are to be told later. */
  deliveries(): Promise<readonly DeliveryShown[]>
  /** Sends an event once more, by the id of its delivery. */
  redeliver(id: string): Promise<DeliveryShown>
  /** Mails that were sent. They go nowhere else. */
  mail(): Promise<readonly MailShown[]>
  /** Messages of Slackbot. */
  messages(): Promise<readonly MessageShown[]>
  /** All that is stored. */
  takeState(): Promise<Snapshot>
  /** Puts back what `takeState` gave; the clock stays. */
  restoreState(state: Snapshot): Promise<void>
  /** Sets data, clock, limits, faults and lists back to the start. */
  reset(): Promise<void>
  /** Finishes what is running, then stops. */
  stop(): Promise<void>
}

export interface Parts {
  readonly server: RunningServer
  readonly controls: Controls
  readonly store: Store
  readonly clock: MovableClock
  readonly workspaces: readonly Workspace[]
  readonly frozen: boolean
}

export function createNametag({ server, controls, store, clock, workspaces, frozen }: Parts): Nametag {
  const people = createPeople(workspaces, { store, clock })
  const stop = once(async () => {
    await server.close()
    await store.close()
  })
  return {
    url: server.url,
    api: server.api,
    clock: createTestClock(clock, controls),
    faults: createTestFaults(controls, people),
    token: people.token,
    newToken: people.newToken,
    calls: () => list('calls', controls.listCalls({})),
    events: () => list('events', controls.listEvents({})),
    async deliveries() {
      await server.relay.settled()
      return list('deliveries', controls.listDeliveries({}))
    },
    redeliver: async (id) => (await controlled<{ delivery: DeliveryShown }>(controls.redeliver(id))).delivery,
    async mail() {
      // Mails follow a commit after a moment; a move of the clock, be it by nothing, waits for them.
      await controlled(controls.moveClock({ advance: 0 }))
      return list('mail', controls.listMail({}))
    },
    messages: () => list('messages', controls.listMessages({})),
    takeState: () => controlled(controls.takeState()),
    async restoreState(state) {
      await controlled(controls.restoreState(state))
    },
    async reset() {
      await controlled(controls.reset({}))
      if (frozen) clock.setFrozen(true)
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function list<Name extends string, Entry>(
  name: Name,
  asked: ReturnType<Controls['listCalls']>,
): Promise<readonly Entry[]> {
  return (await controlled<Readonly<Record<Name, readonly Entry[]>>>(asked))[name]
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}
