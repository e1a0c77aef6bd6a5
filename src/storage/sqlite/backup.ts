import Database from 'better-sqlite3'
import { KEY_NOTE, keyCheckOf } from '../token-key-check.ts'
import type { Connection } from './connection.ts'
import { findMissing } from './migrate.ts'

/** What is in a backup, as it says itself. */
export interface BackupFacts {
  /** ISO 8601. */
  readonly madeAt: string
  /** Of the Nametag that made it. */
  readonly version: string
  /** Rows of each table. */
  readonly counts: Readonly<Record<string, number>>
  readonly tokenKey: Buffer | null
  /** What tells the right key of its tokens; absent where no key was ever checked. */
  readonly keyCheck: string | undefined
}

export interface NewBackup extends Pick<BackupFacts, 'madeAt' | 'version' | 'tokenKey'> {
  /** The database of a store, which a server may be writing to meanwhile. */
  readonly from: string
  /** An empty file that is there. */
  readonly to: string
}

const FORMAT = '1'
/** Pages that are copied between two looks at anything else. */
const PAGES_PER_STEP = 2000

/** Copies the store as it is when this begins, and checks the copy. A backup is a database like any other, with one table
 * more that tells what it is. */
export async function makeBackup({ from, to, madeAt, version, tokenKey }: NewBackup): Promise<BackupFacts> {
  const source = new Database(from, { readonly: true, fileMustExist: true })
  try {
    // Within one transaction for reading, the copy is of one moment, however much is written meanwhile.
    source.exec('begin')
    const counts = countRows(source)
    const keyCheck = findKeyCheck(source)
    if (tokenKey !== null && keyCheck !== undefined && keyCheckOf(tokenKey) !== keyCheck) {
      throw new Error(`The token key beside ${from} is not the one that the store keeps its tokens under.`)
    }
    await source.backup(to, { progress: () => PAGES_PER_STEP })
    source.exec('commit')
    describe(to, { format: FORMAT, madeAt, version, counts: JSON.stringify(counts), tokenKey })
  } finally {
    source.close()
  }
  return checkBackup(to)
}

type Described = Readonly<Record<string, string | Buffer | null>>

function describe(path: string, facts: Described): void {
  const db = new Database(path)
  try {
    // One file and nothing beside it.
    db.pragma('journal_mode = delete')
    db.pragma('synchronous = extra')
    db.exec('create table backup (key text not null, value any, primary key (key)) strict')
    const add = db.prepare<[key: string, value: string | Buffer | null]>(
      'insert into backup (key, value) values (?, ?)',
    )
    db.transaction(() => {
      for (const [key, value] of Object.entries(facts)) add.run(key, value)
    })()
  } finally {
    db.close()
  }
}

/** Throws one sentence where the file is no backup, is damaged, or is of a newer version. */
export function checkBackup(path: string): BackupFacts {
  let db: Connection
  try {
    db = new Database(path, { readonly: true, fileMustExist: true })
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}.`, { cause: error })
  }
  try {
    const facts = readFacts(db)
    if (facts === undefined) throw new Error(`${path} is no backup of Nametag.`)
    findMissing(db)
    const [problem] = db.pragma('integrity_check(1)') as readonly { readonly integrity_check: string }[]
    const isWhole = problem?.integrity_check === 'ok' && sameCounts(facts.counts, countRows(db))
    if (!isWhole) throw new Error(`${path} is damaged.`)
    return facts
  } catch (error) {
    if (!(error instanceof Database.SqliteError || error instanceof SyntaxError)) throw error
    const isOther = 'code' in error && error.code === 'SQLITE_NOTADB'
    throw new Error(isOther ? `${path} is no backup of Nametag.` : `${path} is damaged.`, { cause: error })
  } finally {
    db.close()
  }
}

export interface Restored {
  /** Leaves the tokens out, with all that is noted about their key. */
  readonly withoutTokens: boolean
}

/** Makes a store of a copy of a backup, in place. */
export function turnIntoStore(path: string, { withoutTokens }: Restored): void {
  const db = new Database(path)
  try {
    db.pragma('journal_mode = delete')
    db.pragma('synchronous = extra')
    // The key that the table may hold must not stay in the pages that it leaves.
    db.pragma('secure_delete = on')
    db.transaction(() => {
      db.exec('drop table backup')
      if (withoutTokens) dropTokens(db)
    })()
  } finally {
    db.close()
  }
}

function dropTokens(db: Connection): void {
  db.exec('delete from tokens')
  if (tablesOf(db).includes('notes')) db.prepare("delete from notes where key in (?, 'sign-in')").run(KEY_NOTE)
}

function readFacts(db: Connection): BackupFacts | undefined {
  if (!tablesOf(db).includes('backup')) return undefined
  const rows = db.prepare<[], { key: string; value: string | Buffer | null }>('select key, value from backup').all()
  const { format, madeAt, version, counts, tokenKey } = Object.fromEntries(rows.map(({ key, value }) => [key, value]))
  if (format !== FORMAT || typeof counts !== 'string') return undefined
  return {
    madeAt: String(madeAt),
    version: String(version),
    counts: JSON.parse(counts),
    tokenKey: Buffer.isBuffer(tokenKey) ? tokenKey : null,
    keyCheck: findKeyCheck(db),
  }
}

function findKeyCheck(db: Connection): string | undefined {
  if (!tablesOf(db).includes('notes')) return undefined
  return db.prepare<[key: string], string>('select value from notes where key = ?').pluck().get(KEY_NOTE)
}

function countRows(db: Connection): Record<string, number> {
  const names = tablesOf(db).filter((name) => name !== 'backup')
  // The names are the schema's own.
  return Object.fromEntries(
    names.map((name) => [name, db.prepare<[], number>(`select count(*) from "${name}"`).pluck().get() ?? 0]),
  )
}

/** Ours, in the order of their names. */
export function tablesOf(db: Connection): readonly string[] {
  return db
    .prepare<[], string>(`
      select
        name
      from
        sqlite_schema
      where
        type = 'table'
        and name not like 'sqlite_%'
      order by
        name`)
    .pluck()
    .all()
}

function sameCounts(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
