import {
  ROWS_PER_PAGE,
  type Row,
  TRANSFER_TABLES,
  type TransferSource,
  type TransferTable,
  whereMoved,
} from '../transfer.ts'
import { connect, type Pool, type Session } from './connection.ts'
import { openNotes } from './notes.ts'

/** Whoever takes the rows may be slow, and counting them, too. */
export const TRANSFER_TIMEOUT_MS = 600_000

const BEGIN = `
  begin isolation level repeatable read, read only;
  set local statement_timeout = ${TRANSFER_TIMEOUT_MS};
  set local idle_in_transaction_session_timeout = ${TRANSFER_TIMEOUT_MS}`

/** Reads one moment of a store, which servers may be writing to meanwhile. */
export async function openTransferSource(url: string): Promise<TransferSource> {
  const pool = connect(url, TRANSFER_TIMEOUT_MS)
  try {
    return sourceOn(pool, await pool.connect())
  } catch (error) {
    await pool.close()
    throw error
  }
}

async function sourceOn(pool: Pool, db: Session): Promise<TransferSource> {
  const close = async () => {
    if (!db.isLost()) await db.exec('rollback')
    db.release()
    await pool.close()
  }
  try {
    await db.exec(BEGIN)
  } catch (error) {
    db.release()
    throw error
  }
  return {
    count: async () => {
      const counts: Record<string, number> = {}
      for (const table of TRANSFER_TABLES) counts[table.name] = await countRows(db, table)
      return counts
    },
    findNote: (key) => openNotes(db).find(key),
    pages: (table) => readPages(db, table),
    close,
  }
}

async function* readPages(db: Session, table: TransferTable): AsyncGenerator<readonly Row[]> {
  const { name, columns, key } = table
  // Put together from the names of the table alone.
  await db.exec(`
    declare page no scroll cursor for
    select ${columns.join(', ')} from ${name} ${whereMoved(table)} order by ${key.join(', ')}`)
  const fetch = db.prepare<[], Record<string, Row[number]>>(`fetch forward ${ROWS_PER_PAGE} from page`)
  try {
    for (;;) {
      const found = await fetch.all()
      if (found.length > 0) yield found.map((row) => columns.map((column) => row[column] ?? null))
      if (found.length < ROWS_PER_PAGE) return
    }
  } finally {
    if (!db.isLost()) await db.exec('close page')
  }
}

async function countRows(db: Session, table: TransferTable): Promise<number> {
  const found = await db
    .prepare<[], { rows: number }>(`select count(*) as rows from ${table.name} ${whereMoved(table)}`)
    .get()
  return found?.rows ?? 0
}
