import Database from 'better-sqlite3'
import {
  PAGE_TEXT_MAX,
  ROWS_PER_PAGE,
  type Row,
  TRANSFER_TABLES,
  type TransferSource,
  type TransferTable,
  whereMoved,
} from '../transfer.ts'
import type { Connection } from './connection.ts'
import { openNotes } from './notes.ts'

/** Reads one moment of a store, which a server may be writing to meanwhile. */
export function openTransferSource(path: string): TransferSource {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  // Within one transaction for reading, everything is of one moment.
  db.exec('begin')
  db.prepare('select count(*) from migrations').get()
  const notes = openNotes(db)
  return {
    count: async () => Object.fromEntries(TRANSFER_TABLES.map((table) => [table.name, countRows(db, table)])),
    findNote: async (key) => notes.find(key),
    pages: (table) => readPages(db, table),
    close: async () => {
      db.close()
    },
  }
}

async function* readPages(db: Connection, table: TransferTable): AsyncGenerator<readonly Row[]> {
  const { name, columns, key } = table
  // Put together from the names of the table alone.
  const rows = db
    .prepare<[], Row>(`select ${columns.join(', ')} from ${name} ${whereMoved(table)} order by ${key.join(', ')}`)
    .raw()
    .iterate() as IterableIterator<Row>
  let page: Row[] = []
  let length = 0
  for (const row of rows) {
    page.push(row)
    length += lengthOf(row)
    if (page.length < ROWS_PER_PAGE && length < PAGE_TEXT_MAX) continue
    yield page
    page = []
    length = 0
  }
  if (page.length > 0) yield page
}

export function lengthOf(row: Row): number {
  return row.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0)
}

function countRows(db: Connection, table: TransferTable): number {
  return (
    db
      .prepare<[], number>(`select count(*) from ${table.name} ${whereMoved(table)}`)
      .pluck()
      .get() ?? 0
  )
}
