import pg from 'pg'
import { SNAPSHOT_ROWS_MAX } from '../limits.ts'
import { findFault } from '../snapshot-bodies.ts'
import { type Snapshot, UnusableSnapshot } from '../store.ts'
import type { Connection } from './connection.ts'
import { MIGRATIONS } from './migrations.ts'

export interface Snapshots {
  /** Is called within a transaction that sees one moment. */
  take(): Promise<Snapshot>
  /** Is called within a transaction. */
  restore(snapshot: Snapshot): Promise<void>
}

/** Every table of data with its columns, those first that others refer to. */
export const SNAPSHOT_TABLES: Readonly<Record<string, readonly string[]>> = {
  teams: ['team_id', 'version', 'body', 'app_count'],
  users: ['team_id', 'id', 'ordinal', 'email_lower', 'status_expiration', 'deleted', 'name', 'updated', 'body'],
  tokens: ['team_id', 'token_id', 'digest', 'kind', 'user_id', 'app_id', 'created_at', 'revoked_at', 'body'],
  token_teams: ['digest', 'team_id'],
  log_heads: ['team_id', 'last_seq'],
  log: ['seq', 'team_id', 'user_id', 'types', 'at', 'body', 'kind'],
  cursors: ['team_id', 'reader', 'seq'],
  undelivered: ['team_id', 'id', 'reader', 'seq', 'type', 'attempts', 'reason', 'next_at'],
}

/** A snapshot fits the schema that it was taken from and no other. */
const VERSION = MIGRATIONS.length
/** Rows that one statement writes. */
const ROWS_PER_STATEMENT = 2000

type Row = Snapshot['tables'][string][number]

export function openSnapshots(db: Connection): Snapshots {
  const tables = Object.entries(SNAPSHOT_TABLES).map(([name, columns]) => openTable(db, name, columns))

  return {
    take: async () => {
      const taken: Record<string, readonly Row[]> = {}
      let room = SNAPSHOT_ROWS_MAX
      for (const { name, findAll } of tables) {
        const rows = await findAll.all(room + 1)
        room -= rows.length
        if (room < 0) throw new RangeError(`A snapshot has at most ${SNAPSHOT_ROWS_MAX} rows.`)
        taken[name] = rows
      }
      return { version: VERSION, tables: taken }
    },
    restore: async (snapshot) => {
      const filled = tables.map((table) => ({ ...table, rows: rowsOf(snapshot, table) }))
      for (const { dropAll } of filled.toReversed()) await dropAll.run()
      for (const { add, rows } of filled) await addRows(add, rows)
    },
  }
}

interface Table {
  readonly name: string
  readonly columns: readonly string[]
}

/** The only statements that are put together: from the names above, never from a snapshot. */
function openTable(db: Connection, name: string, columns: readonly string[]) {
  const list = columns.join(', ')
  return {
    name,
    columns,
    findAll: db.prepare<[limit: number], Row>(`select ${list} from ${name} order by ${list} limit $1`),
    dropAll: db.prepare<[], never>(`delete from ${name}`),
    add: db.prepare<[rows: string], never>(
      `insert into ${name} (${list}) select ${list} from json_populate_recordset(null::${name}, $1::json)`,
    ),
  }
}

function rowsOf({ version, tables }: Snapshot, { name, columns }: Table): readonly Row[] {
  if (version !== VERSION) throw new UnusableSnapshot(`The snapshot has schema ${version}, and the store ${VERSION}.`)
  const rows: unknown = Object(tables)[name]
  if (!Array.isArray(rows)) throw new UnusableSnapshot(`The snapshot lacks the table ${name}.`)
  if (!rows.every((row) => fits(name, row, columns))) {
    throw new UnusableSnapshot(`The snapshot holds a row of ${name} that does not fit.`)
  }
  return rows
}

/** The database would fill in what a row lacks, and would take an object for text. */
function fits(table: string, row: unknown, columns: readonly string[]): boolean {
  if (typeof row !== 'object' || row === null) return false
  const values = columns.map((column): unknown => Object(row)[column])
  if (!values.every((value) => value === null || typeof value === 'string' || typeof value === 'number')) return false
  return findFault(table, Object(row)) === undefined
}

async function addRows(add: ReturnType<typeof openTable>['add'], rows: readonly Row[]): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    try {
      await add.run(JSON.stringify(rows.slice(start, start + ROWS_PER_STATEMENT)))
    } catch (error) {
      if (!isFaultOfRow(error)) throw error
      throw new UnusableSnapshot('The snapshot holds a row that does not fit.', { cause: error })
    }
  }
}

/** Class 22: values that are none of their type; 23: what breaks the rules. */
function isFaultOfRow(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '')
}
