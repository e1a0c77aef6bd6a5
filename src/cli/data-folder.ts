import type { Schema } from '../storage/schema.ts'
import { openSqlite } from '../storage/sqlite/open.ts'
import { bringUpToDate, findSchema } from '../storage/sqlite/schema.ts'
import type { Store } from '../storage/store.ts'
import { lateDigest, takeTokenKey } from '../storage/token-key-check.ts'
import { CannotStart } from './cannot-start.ts'
import { expectWhole } from './expect-whole.ts'
import { databaseIn, deleteOwnFiles, keyIn, takeFolder } from './folder-files.ts'

/** A store and the folder it lives in, held by this process alone. */
export interface DataFolder {
  readonly store: Store
  close(): Promise<void>
}

export async function openDataFolder(folder: string, { fresh = false } = {}): Promise<DataFolder> {
  const unlock = takeFolder(folder)
  try {
    if (fresh) deleteOwnFiles(folder)
    const store = await openKeyed(folder)
    return {
      store,
      async close() {
        try {
          await store.close()
        } finally {
          unlock()
        }
      },
    }
  } catch (error) {
    unlock()
    throw new CannotStart((error as Error).message, { cause: error })
  }
}

async function openKeyed(folder: string): Promise<Store> {
  const { digest, use } = lateDigest()
  const store = await openSqlite({ path: databaseIn(folder), tokenDigest: digest })
  try {
    await expectWhole(store, folder)
    use(await takeTokenKey(store, { file: keyIn(folder), isAlone: true }))
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Brings the schema up to date, and gives the names of the migrations that ran. */
export function migrateFolder(folder: string): readonly string[] {
  const unlock = takeFolder(folder)
  try {
    return bringUpToDate(databaseIn(folder))
  } catch (error) {
    throw new CannotStart((error as Error).message, { cause: error })
  } finally {
    unlock()
  }
}

/** What the schema lacks; also while a server runs on it. */
export function findFolderSchema(folder: string): Schema {
  try {
    return findSchema(databaseIn(folder))
  } catch (error) {
    throw new CannotStart((error as Error).message, { cause: error })
  }
}
