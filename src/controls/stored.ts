import { type Snapshot, type Store, UnusableSnapshot } from '../storage/store.ts'
import { isPlainObject } from '../workspace/read-object.ts'
import { ControlRefusal } from './control-refusal.ts'
import type { StoreReader } from './ports.ts'

/** Takes all that is stored out, and puts it back. */
export interface Stored {
  /** Remembers what is stored now, unless that is too much for a copy. */
  remember(): Promise<void>
  isRemembered(): boolean
  /** Begins, then puts back what was remembered. Where that is too much, it does not begin. */
  restoreRemembered(begin: () => Promise<void>): Promise<ControlRefusal | undefined>
  take(): Promise<Snapshot | ControlRefusal>
  /** What is no snapshot changes nothing. */
  restore(value: unknown): Promise<ControlRefusal | undefined>
}

export interface StoredOptions {
  readonly store: Store
  readonly readers: readonly StoreReader[]
}

export function createStored({ store, readers }: StoredOptions): Stored {
  let remembered: Snapshot | undefined

  return {
    async remember() {
      try {
        remembered = await store.takeSnapshot()
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
      }
    },
    isRemembered: () => remembered !== undefined,
    async restoreRemembered(begin) {
      if (remembered === undefined) return TOO_MUCH_DATA
      await begin()
      return replaceAll(remembered)
    },
    take: () => store.takeSnapshot().catch(refusalOf),
    async restore(value) {
      return isSnapshot(value) ? replaceAll(value) : unusable('send what GET /_nametag/state has answered')
    },
  }

  /** Every reader stands aside; each begins again, also where nothing could be restored. */
  async function replaceAll(snapshot: Snapshot): Promise<ControlRefusal | undefined> {
    let failure: unknown
    const restore = () =>
      store.restoreSnapshot(snapshot).catch((error: unknown) => {
        failure = error
      })
    await readers.reduceRight((inner, reader) => () => (reader.reset ? reader.reset(inner) : inner()), restore)()
    return failure === undefined ? undefined : refusalOf(failure)
  }
}

const TOO_MUCH_DATA = new ControlRefusal(409, 'too_much_data', 'the store holds more than a copy can be made of')

/** As far as it can be told without the engine, and without disturbing anybody. */
function isSnapshot(value: unknown): value is Snapshot {
  return isPlainObject(value) && Number.isInteger(value.version) && isPlainObject(value.tables)
}

function unusable(message: string): ControlRefusal {
  return new ControlRefusal(400, 'unusable_snapshot', message)
}

function refusalOf(error: unknown): ControlRefusal {
  if (error instanceof UnusableSnapshot) return unusable(error.message)
  if (error instanceof RangeError) return TOO_MUCH_DATA
  throw error
}
