import type { Controls } from '../controls/controls.ts'
import type { FaultShown } from '../controls/faults.ts'
import type { FaultAsked } from '../controls/read-fault.ts'
import { controlled } from './controlled.ts'
import type { People } from './tokens.ts'

/** Which calls fail, and how: `error`, `status`, `retry_after` in seconds or `delay_ms`, or several of them. Without
 * `method`, `user` and `token` it is the next call of all; `times` of them, 1 unless said. */
export type FaultWanted = { readonly [Key in keyof FaultAsked]?: Exclude<FaultAsked[Key], undefined> }

/** Calls that go wrong on purpose. */
export interface TestFaults {
  /** `user` takes a name as well. */
  add(fault: FaultWanted): Promise<void>
  /** Those that have not met all their calls yet. */
  list(): Promise<readonly FaultShown[]>
  clear(): Promise<void>
}

type FaultControls = Pick<Controls, 'addFault' | 'listFaults' | 'clearFaults'>

export function createTestFaults(controls: FaultControls, people: People): TestFaults {
  return {
    async add(fault) {
      await controlled(
        controls.addFault(fault.user === undefined ? fault : { ...fault, user: people.idOf(fault.user) }),
      )
    },
    list: async () => (await controlled<{ faults: FaultShown[] }>(controls.listFaults())).faults,
    async clear() {
      await controlled(controls.clearFaults())
    },
  }
}
