import { chmodSync, closeSync, existsSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'

export type Connection = Database.Database

export const MEMORY = ':memory:'

/** Opens a database file and makes sure that a commit reaches the disk before it returns. */
export function connect(path: string): Connection {
  if (path !== MEMORY) keepPrivate(path)
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS })
  try {
    checkVersion(db.prepare<[], string>('select sqlite_version()').pluck().get() ?? '')
    if (path !== MEMORY) makeDurable(db)
    for (const setting of SETTINGS) db.pragma(setting)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** SQLite's WAL code before 3.53 can corrupt a file: https://sqlite.org/wal.html#walresetbug */
export function checkVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > VERSION_MIN[0] || (major === VERSION_MIN[0] && minor >= VERSION_MIN[1])) return
  throw new Error(`Nametag needs SQLite ${VERSION_MIN.join('.')} or newer, and this is SQLite ${version}.`)
}

const VERSION_MIN = [3, 53] as const
const SYNCHRONOUS_FULL = 2
const BUSY_TIMEOUT_MS = 2000

const SETTINGS = [
  'foreign_keys = on',
  'trusted_schema = off',
  'temp_store = memory',
  // 64 MiB, taken only as pages are read. No memory mapping: a failing disk would end the process with a signal.
  'cache_size = -65536',
  'mmap_size = 0',
]

/** Throws where the database cannot be made so, rather than use it with less. */
export function makeDurable(db: Connection): void {
  db.pragma('journal_mode = wal')
  // The driver is built to lower this under WAL, at the first statement that looks at the schema and unless it was set.
  db.pragma('synchronous = full')
  db.prepare('select count(*) from sqlite_schema').get()
  expectSetting(db, 'journal_mode', 'wal')
  expectSetting(db, 'synchronous', SYNCHRONOUS_FULL)
  // Macs flush their drive's own cache only when told so; elsewhere the setting does nothing.
  db.pragma('fullfsync = on')
  // `checkpoints.ts` chooses the moments.
  db.pragma('wal_autocheckpoint = 0')
}

/** Writes the header of the file as it is. */
export function touchHeader(db: Connection): void {
  db.pragma(`user_version = ${db.pragma('user_version', { simple: true })}`)
}

function expectSetting(db: Connection, name: string, value: string | number): void {
  const found = db.pragma(name, { simple: true })
  if (found !== value) throw new Error(`SQLite keeps ${name} at ${found} where ${value} is needed.`)
}

/** The files of a store are for its owner alone; SQLite gives the WAL the mode of the database. */
function keepPrivate(path: string): void {
  if (existsSync(path)) chmodSync(path, 0o600)
  else closeSync(openSync(path, 'a', 0o600))
}
