import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { lockDirectory } from '../storage/lock.ts'
import type { Schema } from '../storage/schema.ts'
import { openSqlite } from '../storage/sqlite/open.ts'
import { bringUpToDate, findSchema } from '../storage/sqlite/schema.ts'
import type { Store } from '../storage/store.ts'
import { lateDigest, takeTokenKey } from '../storage/token-key-check.ts'
import { CannotStart } from './cannot-start.ts'

/** A store and the folder it lives in, held by this process alone. */
export interface DataFolder {
  readonly store: Store
  close(): Promise<void>
}

const DATABASE = 'nametag.db'
const KEY = 'token.key'

/** Files that this program makes, and nothing else, so that `--fresh` on a wrong folder harms nobody. */
const OWN_FILE =
  /^(?:nametag\.(?:db(?:-wal|-shm|-journal)?|sock)|token\.key(?:\.[0-9a-f]{16})?|(?:workspace|sign-in)\.json(?:\.new)?)$/

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
  const store = await openSqlite({ path: join(folder, DATABASE), tokenDigest: digest })
  try {
    use(await takeTokenKey(store, { file: join(folder, KEY), isAlone: true }))
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
    return bringUpToDate(join(folder, DATABASE))
  } catch (error) {
    throw new CannotStart((error as Error).message, { cause: error })
  } finally {
    unlock()
  }
}

/** What the schema lacks; also while a server runs on it. */
export function findFolderSchema(folder: string): Schema {
  try {
    return findSchema(join(folder, DATABASE))
  } catch (error) {
    throw new CannotStart((error as Error).message, { cause: error })
  }
}

export function hasData(folder: string): boolean {
  return existsSync(join(folder, DATABASE))
}

function takeFolder(folder: string): () => void {
  let outcome: (() => void) | string
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    outcome = lockDirectory(folder)
  } catch (error) {
    throw new CannotStart(`The data folder ${folder} cannot be used: ${(error as Error).message}.`)
  }
  if (typeof outcome === 'string') throw new CannotStart(outcome)
  return outcome
}

function deleteOwnFiles(folder: string): void {
  for (const name of readdirSync(folder)) if (OWN_FILE.test(name)) rmSync(join(folder, name))
}
