import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** An unreachable connection would be collected, and its lock with it, where a caller does not keep the function. */
const held = new Set<Database.Database>()

/** Takes a data directory for this process. Gives a function that lets go of it, or a sentence that says why it could
 * not be taken. The operating system holds the lock and drops it with the process, so that none is ever stale. */
export function lockDirectory(directory: string): (() => void) | string {
  const db = new Database(join(directory, 'nametag.lock'), { timeout: 0 })
  try {
    // Without a WAL, an exclusive transaction keeps every other process out of the file.
    db.pragma('locking_mode = exclusive')
    db.exec('begin exclusive')
  } catch (error) {
    db.close()
    if (isHeld(error)) return refusalFor(directory)
    throw error
  }
  const pidFile = pidFileOf(directory)
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 })
  held.add(db)
  return () => {
    if (!held.delete(db)) return
    rmSync(pidFile, { force: true })
    db.close()
  }
}

function isHeld(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

/** The lock file itself cannot be read while it is held, so the owner's number stands beside it. */
function pidFileOf(directory: string): string {
  return join(directory, 'nametag.pid')
}

function refusalFor(directory: string): string {
  const pid = readPid(directory)
  const owner = pid === undefined ? 'another process' : `process ${pid}`
  return `The data directory ${directory} is in use by ${owner}.`
}

function readPid(directory: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFileOf(directory), 'utf8'), 10)
    return Number.isSafeInteger(pid) ? pid : undefined
  } catch {
    return undefined
  }
}
