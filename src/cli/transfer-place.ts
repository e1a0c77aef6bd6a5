import type { Schema } from '../storage/schema.ts'
import { openTransferSource } from '../storage/sqlite/transfer-source.ts'
import { openTransferTarget } from '../storage/sqlite/transfer-target.ts'
import type { TransferSource, TransferTarget } from '../storage/transfer.ts'
import { CannotStart } from './cannot-start.ts'
import { findFolderSchema } from './data-folder.ts'
import { expectWhole } from './expect-whole.ts'
import { databaseIn, takeFolder } from './folder-files.ts'
import { expectData } from './open-place.ts'
import { nameOf, type StorePlace } from './store-place.ts'

/** Everything that is stored, to be read at one moment. */
export async function openSource(place: StorePlace): Promise<TransferSource> {
  await expectData(place)
  const { missing } = await findSchema(place)
  if (missing.length > 0) {
    throw new CannotStart(`${nameOf(place)} lacks ${missing.join(', ')}: run "nametag migrate" first.`)
  }
  const source =
    place.in === 'folder'
      ? openTransferSource(databaseIn(place.folder))
      : await (await import('./database.ts')).openDatabaseSource(place)
  try {
    await expectWhole(source, nameOf(place))
    return source
  } catch (error) {
    await source.close()
    throw error
  }
}

export async function findSchema(place: StorePlace): Promise<Schema> {
  if (place.in === 'folder') return findFolderSchema(place.folder)
  return (await import('./database.ts')).findDatabaseSchema(place)
}

/** A store to be filled, made where there is none. */
export async function openTarget(place: StorePlace): Promise<TransferTarget> {
  if (place.in === 'database') return (await import('./database.ts')).openDatabaseTarget(place)
  const unlock = takeFolder(place.folder)
  try {
    const target = openTransferTarget(databaseIn(place.folder))
    return { ...target, close: () => target.close().finally(unlock) }
  } catch (error) {
    unlock()
    throw new CannotStart((error as Error).message, { cause: error })
  }
}
