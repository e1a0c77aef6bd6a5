import { chmodSync, copyFileSync, renameSync, rmSync } from 'node:fs'
import { turnIntoStore } from '../storage/sqlite/backup.ts'
import { writeKey } from '../storage/token-keys.ts'
import { CannotStart } from './cannot-start.ts'
import { databaseIn, deleteBesideDatabase, hasData, keyIn, restoringIn, takeFolder } from './folder-files.ts'
import { flush } from './whole-file.ts'

export interface Restoring {
  readonly backup: string
  /** Whether it takes the place of what the folder holds. */
  readonly fresh: boolean
  /** `null`: as it is. */
  readonly key: Buffer | null
  readonly withoutTokens: boolean
}

/** Makes the database of a folder from a backup that was checked. What was there before stays until the new one is whole,
 * and its token key stays in any case. */
export function restoreFolder(folder: string, { backup, fresh, key, withoutTokens }: Restoring): void {
  const unlock = takeFolder(folder)
  const draft = restoringIn(folder)
  try {
    if (!fresh && hasData(folder)) {
      throw new CannotStart(`${folder} holds data already: choose an empty folder, or --fresh deletes what is there.`)
    }
    copyFileSync(backup, draft)
    chmodSync(draft, 0o600)
    turnIntoStore(draft, { withoutTokens })
    flush(draft)
    if (key !== null) writeKey(keyIn(folder), key)
    // The log of the old database would be taken for that of the new one.
    deleteBesideDatabase(folder)
    renameSync(draft, databaseIn(folder))
    flush(folder)
  } catch (error) {
    if (error instanceof CannotStart) throw error
    throw new CannotStart(`${folder} cannot be restored: ${(error as Error).message}.`, { cause: error })
  } finally {
    rmSync(draft, { force: true })
    unlock()
  }
}
