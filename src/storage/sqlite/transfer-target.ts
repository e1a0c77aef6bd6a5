import {
  IMPORT_NOTE,
  ImportLost,
  TRANSFER_TABLES,
  type TransferTable,
  type TransferTarget,
  type Value,
  whereContent,
  whereMoved,
} from '../transfer.ts'
import { type Connection, connect } from './connection.ts'
import { migrate } from './migrate.ts'
import { openNotes } from './notes.ts'
import { openTransaction } from './transaction.ts'
import { openTransferSource } from './transfer-source.ts'

/** The log of an import is moved while it grows: nobody waits for a quick answer. */
const WAL_PAGES = 4000
/** Rows come in their order, so that few pages are touched again. */
const CACHE_KIB = 16 * 1024

/** A store in a file, whose folder the caller holds. */
export function openTransferTarget(path: string): TransferTarget {
  const db = connect(path)
  migrate(db)
  db.pragma(`wal_autocheckpoint = ${WAL_PAGES}`)
  db.pragma(`cache_size = -${CACHE_KIB}`)
  const notes = openNotes(db)
  const transaction = openTransaction(db)
  const adds = new Map(TRANSFER_TABLES.map((table) => [table.name, addTo(db, table)]))
  let mine = ''

  const write = (work: () => void) =>
    transaction(() => {
      if (notes.find(IMPORT_NOTE) !== mine) throw new ImportLost('Another import has begun.')
      work()
    })

  return {
    findImport: async () => notes.find(IMPORT_NOTE),
    begin: async (name, expected) => {
      mine = name
      return transaction(() =>
        expected === undefined ? notes.add(IMPORT_NOTE, mine) : notes.replace(IMPORT_NOTE, mine, expected),
      )
    },
    isEmpty: async () => TRANSFER_TABLES.every((table) => isEmpty(db, table)),
    add: async ({ name }, rows) => {
      const add = adds.get(name)
      write(() => {
        for (const row of rows) add?.run(...row)
      })
    },
    clear: async () => {
      write(() => {
        for (const table of TRANSFER_TABLES.toReversed()) db.exec(`delete from ${table.name} ${whereMoved(table)}`)
      })
    },
    end: async () => {
      write(() => notes.drop(IMPORT_NOTE, mine))
    },
    read: async () => openTransferSource(path),
    close: async () => {
      db.pragma('wal_checkpoint(truncate)')
      db.close()
    },
  }
}

/** Put together from the names of the table alone. */
function addTo(db: Connection, { name, columns }: TransferTable) {
  const list = columns.join(', ')
  const row = `select ${columns.map((column) => `? as ${column}`).join(', ')}`
  return db.prepare<Value[]>(
    name === 'teams'
      ? `insert into teams (${list}, app_count) select ${list}, json_array_length(body, '$.apps') from (${row})`
      : `insert into ${name} (${list}) ${row}`,
  )
}

function isEmpty(db: Connection, table: TransferTable): boolean {
  return db.prepare(`select 1 from ${table.name} ${whereContent(table)} limit 1`).get() === undefined
}
