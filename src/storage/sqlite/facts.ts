import { existsSync, rmSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { KEY_NOTE } from '../token-key-check.ts'
import { IMPORT_NOTE } from '../transfer.ts'
import { type Connection, connect } from './connection.ts'

/** What an operator may want to know of a store in a file. */
export interface FileFacts {
  readonly bytes: number
  /** Of what was committed and is not moved yet. */
  readonly walBytes: number
  /** What SQLite says of the file's structure: `ok`, or the first fault. */
  readonly check: string
  readonly hasTokens: boolean
  readonly keyCheck: string | undefined
  readonly isImporting: boolean
}

/** Reads the file, also while a server writes to it. */
export function findFacts(path: string): FileFacts {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    const [row] = db.pragma('quick_check(1)') as readonly { readonly quick_check: string }[]
    const notes = hasTable(db, 'notes') ? findNotes(db) : new Map<string, string>()
    return {
      bytes: statSync(path).size,
      walBytes: existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0,
      check: row?.quick_check ?? 'no answer',
      hasTokens: hasTable(db, 'tokens') && db.prepare('select 1 from tokens limit 1').get() !== undefined,
      keyCheck: notes.get(KEY_NOTE),
      isImporting: notes.has(IMPORT_NOTE),
    }
  } finally {
    db.close()
  }
}

const COMMITS = 10

/** Makes a database of its own beside the store and commits to it as a store does: throws where that cannot be durable.
 * Gives the milliseconds that a commit takes, half of them less. */
export function measureCommit(path: string): number {
  const db = connect(path)
  try {
    db.exec('create table probe (value integer)')
    const times = Array.from({ length: COMMITS }, (_, value) =>
      timeOf(() => db.exec(`insert into probe values (${value})`)),
    )
    return times.toSorted((one, other) => one - other)[COMMITS / 2] ?? 0
  } finally {
    db.close()
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
  }
}

function timeOf(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

function hasTable(db: Connection, name: string): boolean {
  return db.prepare("select 1 from sqlite_schema where type = 'table' and name = ?").get(name) !== undefined
}

function findNotes(db: Connection): ReadonlyMap<string, string> {
  const rows = db.prepare<[], { key: string; value: string }>('select key, value from notes').all()
  return new Map(rows.map(({ key, value }) => [key, value]))
}
