import type { Store } from '../storage/store.ts'
import { IMPORT_NOTE } from '../storage/transfer.ts'
import { CannotStart } from './cannot-start.ts'

/** A store that an import has filled in part is of no use. */
export async function expectWhole(store: Pick<Store, 'findNote'>, name: string): Promise<void> {
  if ((await store.findNote(IMPORT_NOTE)) === undefined) return
  throw new CannotStart(
    `An import into ${name} is under way, or was cut off: then run "nametag import" again with --fresh.`,
  )
}
