import { describe, test } from 'node:test'
import type { StoreLimits } from '../limits.ts'
import type { Store } from '../store.ts'
import { BATCHES } from './batches.ts'
import { COMMITS } from './commits.ts'
import { DURABILITY } from './durability.ts'
import { FACTS } from './facts.ts'
import { LEASES } from './leases.ts'
import { NOTES } from './notes.ts'
import { OPERATORS } from './operators.ts'
import { READERS } from './readers.ts'
import { READING } from './reading.ts'
import { SNAPSHOTS } from './snapshots.ts'
import { TEAM_CHANGES } from './team-changes.ts'
import { TICKETS } from './tickets.ts'
import { TOKENS } from './tokens.ts'
import { TRIMMING } from './trimming.ts'

/** How a suite opens the stores of one engine. */
export interface Engine {
  /** Makes an empty place for one test. */
  make(): Promise<Place> | Place
  /** Whether a place that is opened again holds what it held. */
  readonly isDurable: boolean
}

export interface Place {
  open(limits?: Partial<StoreLimits>): Promise<Store>
  /** Removes the place; its stores are closed. */
  remove(): Promise<void> | void
}

export interface Case {
  readonly name: string
  run(place: Place): Promise<void>
}

const ALIKE = [
  ...READING,
  ...TEAM_CHANGES,
  ...BATCHES,
  ...TOKENS,
  ...FACTS,
  ...COMMITS,
  ...READERS,
  ...OPERATORS,
  ...NOTES,
  ...LEASES,
  ...TICKETS,
  ...SNAPSHOTS,
  ...TRIMMING,
]

/** What every engine does alike: the meaning of `Store`, as tests. */
export function conformance(name: string, engine: Engine): void {
  describe(`${name} keeps the promises of a store`, () => {
    const cases = [...ALIKE, ...(engine.isDurable ? DURABILITY : [])]
    for (const { name: promise, run } of cases) test(promise, () => inPlace(engine, run))
  })
}

async function inPlace(engine: Engine, run: Case['run']): Promise<void> {
  const place = await engine.make()
  const opened: Store[] = []
  const open: Place['open'] = async (limits) => {
    const store = await place.open(limits)
    opened.push(store)
    return store
  }
  try {
    await run({ ...place, open })
  } finally {
    await Promise.all(opened.map((store) => store.close()))
    await place.remove()
  }
}
