import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { lockDirectory } from '../storage/lock.ts'
import { CannotStart } from './cannot-start.ts'

/** What stands in a data folder, and whose it is. */

const DATABASE = 'nametag.db'
const KEY = 'token.key'
/** What is being restored, until it is whole. */
const RESTORING = 'nametag.restoring'

/** Files that this program makes, and nothing else, so that `--fresh` on a wrong folder harms nobody. */
const OWN_FILE =
  /^(?:nametag\.(?:db(?:-wal|-shm|-journal)?|restoring(?:-journal)?|probe\.\d+(?:-wal|-shm|-journal)?|sock)|token\.key(?:\.[0-9a-f]{16})?|(?:workspace|sign-in)\.json(?:\.new)?)$/

export function databaseIn(folder: string): string {
  return join(folder, DATABASE)
}

export function keyIn(folder: string): string {
  return join(folder, KEY)
}

export function restoringIn(folder: string): string {
  return join(folder, RESTORING)
}

export function hasData(folder: string): boolean {
  return existsSync(databaseIn(folder))
}

export function hasKey(folder: string): boolean {
  return existsSync(keyIn(folder))
}

/** Makes the folder where there is none, and holds it until the function that it gives is called. */
export function takeFolder(folder: string): () => void {
  let outcome: (() => void) | string
  try {
    makeFolder(resolve(folder))
    if (!statSync(folder).isDirectory()) throw new Error('it is a file')
    outcome = lockDirectory(folder)
  } catch (error) {
    throw new CannotStart(`The data folder ${folder} cannot be used: ${(error as Error).message}.`)
  }
  if (typeof outcome === 'string') throw new CannotStart(outcome)
  return outcome
}

/** From the top down: where a file system takes no folders, as in /proc, Node tries for ever to make them all at once. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Two servers may start together.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

export function deleteOwnFiles(folder: string): void {
  for (const name of readdirSync(folder)) if (OWN_FILE.test(name)) rmSync(join(folder, name))
}

/** The same, but for the database, which is about to be replaced, and the key. */
export function deleteBesideDatabase(folder: string): void {
  const kept = [DATABASE, KEY, RESTORING]
  for (const name of readdirSync(folder)) {
    if (OWN_FILE.test(name) && !kept.includes(name)) rmSync(join(folder, name))
  }
}
