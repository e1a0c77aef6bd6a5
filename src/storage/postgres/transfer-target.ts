import {
  IMPORT_NOTE,
  ImportLost,
  type Row,
  TRANSFER_TABLES,
  type TransferTable,
  type TransferTarget,
  whereContent,
  whereMoved,
} from '../transfer.ts'
import { type Connection, connect, type Pool } from './connection.ts'
import { openNotes } from './notes.ts'
import { bringUpToDate } from './schema.ts'
import { openTransaction } from './transaction.ts'
import { openTransferSource } from './transfer-source.ts'

/** Rows that are taken away in one transaction. */
const ROWS_PER_DELETE = 2000

/** A store in a database that is to hold nothing else of ours. */
export async function openTransferTarget(url: string): Promise<TransferTarget> {
  await bringUpToDate(url)
  return targetOn(url, connect(url))
}

function targetOn(url: string, pool: Pool): TransferTarget {
  const transaction = openTransaction(pool)
  const notes = openNotes(pool)
  let mine = ''

  const write = <Result>(work: (db: Connection) => Promise<Result>): Promise<Result> =>
    transaction(async (db) => {
      if ((await lockNote(db)) !== mine) throw new ImportLost('Another import has begun.')
      return work(db)
    })

  return {
    findImport: () => notes.find(IMPORT_NOTE),
    begin: async (name, expected) => {
      mine = name
      return transaction(async (db) => {
        const found = openNotes(db)
        return expected === undefined ? found.add(IMPORT_NOTE, mine) : found.replace(IMPORT_NOTE, mine, expected)
      })
    },
    isEmpty: async () => {
      for (const table of TRANSFER_TABLES) if (!(await isEmpty(pool, table))) return false
      return true
    },
    add: (table, rows) => write((db) => addRows(db, table, rows)),
    clear: async () => {
      for (const table of [...OWN_TABLES, ...TRANSFER_TABLES].toReversed()) {
        while ((await write((db) => dropSome(db, table))) === ROWS_PER_DELETE);
      }
    },
    end: async () => {
      await write((db) => openNotes(db).drop(IMPORT_NOTE, mine))
    },
    read: () => openTransferSource(url),
    close: () => pool.close(),
  }
}

/** What this engine makes out of the rows that come. */
const OWN_TABLES: readonly Omit<TransferTable, 'columns'>[] = [
  { name: 'log_heads', key: ['team_id'] },
  { name: 'token_teams', key: ['digest'] },
]

const VERSION = '(extract(epoch from clock_timestamp()) * 1000000)::bigint'

async function lockNote(db: Connection): Promise<string | undefined> {
  const note = await db
    .prepare<[key: string], { value: string }>('select value from notes where key = $1 for update')
    .get(IMPORT_NOTE)
  return note?.value
}

/** Put together from the names of the table alone. */
async function addRows(db: Connection, { name, columns }: TransferTable, rows: readonly Row[]): Promise<void> {
  const list = columns.join(', ')
  const records = `json_populate_recordset(null::${name}, $1::json)`
  const text = JSON.stringify(rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]]))))
  const run = (statement: string) => db.prepare<[records: string], never>(`${statement} from ${records}`).run(text)
  switch (name) {
    case 'teams': {
      const made = `${VERSION}, json_array_length(body::json -> 'apps')`
      await run(`insert into teams (${list}, version, app_count) select ${list}, ${made}`)
      return
    }
    case 'tokens':
      await run('insert into token_teams (digest, team_id) select digest, team_id')
      break
    case 'log':
      await addHeads(db, rows)
      break
  }
  await run(`insert into ${name} (${list}) select ${list}`)
}

/** The last entry of a team that has come is its last so far. */
async function addHeads(db: Connection, rows: readonly Row[]): Promise<void> {
  const heads = new Map(rows.map(([teamId, seq]) => [teamId, seq]))
  await db.prepare(HEADS).run([...heads.keys()], [...heads.values()])
}

const HEADS = `
  insert into
    log_heads (team_id, last_seq)
  select
    *
  from
    unnest($1::text[], $2::bigint[])
  on conflict (team_id) do update
  set
    last_seq = excluded.last_seq`

/** How many rows it took away. */
async function dropSome(db: Connection, table: Pick<TransferTable, 'name' | 'key'>): Promise<number> {
  const { name, key } = table
  const list = key.join(', ')
  const some = `select ${list} from ${name} ${whereMoved(table)} limit ${ROWS_PER_DELETE}`
  return (await db.prepare(`delete from ${name} where (${list}) in (${some})`).run()).changes
}

async function isEmpty(db: Connection, table: TransferTable): Promise<boolean> {
  return (await db.prepare(`select 1 as found from ${table.name} ${whereContent(table)} limit 1`).get()) === undefined
}
