import Database from 'better-sqlite3'
import { SNAPSHOT_ROWS_MAX } from '../limits.ts'
import { type Snapshot, UnusableSnapshot } from '../store.ts'
import type { Connection } from './connection.ts'
import { MIGRATIONS } from './migrations.ts'

export interface Snapshots {
  take(): Snapshot
  /** Is called within a transaction. */
  restore(snapshot: Snapshot): void
}

/** Every table of data with its columns, those first that others refer to. */
export const SNAPSHOT_TABLES: Readonly<Record<string, readonly string[]>> = {
  teams: ['team_id', 'body', 'app_count'],
  users: ['team_id', 'id', 'ordinal', 'email_lower', 'status_expiration', 'deleted', 'name', 'updated', 'body'],
  tokens: ['team_id', 'token_id', 'digest', 'kind', 'user_id', 'app_id', 'created_at', 'revoked_at', 'body'],
  log: ['team_id', 'seq', 'user_id', 'types', 'at', 'body', 'kind'],
  cursors: ['team_id', 'reader', 'seq'],
  undelivered: ['team_id', 'id', 'reader', 'seq', 'type', 'attempts', 'reason', 'next_at'],
}

/** A snapshot fits the schema that it was taken from and no other. */
const VERSION = MIGRATIONS.length

type Row = Snapshot['tables'][string][number]

export function openSnapshots(db: Connection): Snapshots {
  const tables = Object.entries(SNAPSHOT_TABLES).map(([name, columns]) => openTable(db, name, columns))

  return {
    take: () => {
      const taken: Record<string, readonly Row[]> = {}
      let room = SNAPSHOT_ROWS_MAX
      for (const { name, findAll } of tables) {
        const rows = findAll.all(room + 1)
        room -= rows.length
        if (room < 0) throw new RangeError(`A snapshot has at most ${SNAPSHOT_ROWS_MAX} rows.`)
        taken[name] = rows
      }
      return { version: VERSION, tables: taken }
    },
    restore: (snapshot) => {
      for (const { dropAll } of tables.toReversed()) dropAll.run()
      for (const { name, add } of tables) addRows(add, rowsOf(snapshot, name))
    },
  }
}

/** The only statements that are put together: from the names above, never from a snapshot. */
function openTable(db: Connection, name: string, columns: readonly string[]) {
  const list = columns.join(', ')
  return {
    name,
    findAll: db.prepare<[limit: number], Row>(`select ${list} from ${name} order by ${columns[0]} limit ?`),
    dropAll: db.prepare(`delete from ${name}`),
    add: db.prepare<[Row]>(
      `insert into ${name} (${list}) values (${columns.map((column) => `@${column}`).join(', ')})`,
    ),
  }
}

function rowsOf({ version, tables }: Snapshot, name: string): readonly Row[] {
  if (version !== VERSION) throw new UnusableSnapshot(`The snapshot has schema ${version}, and the store ${VERSION}.`)
  const rows: unknown = Object(tables)[name]
  if (!Array.isArray(rows)) throw new UnusableSnapshot(`The snapshot lacks the table ${name}.`)
  return rows
}

function addRows(add: Database.Statement<[Row]>, rows: readonly Row[]): void {
  for (const row of rows) {
    try {
      // A body that cannot be read would be found out only when somebody reads it.
      if ('body' in row) JSON.parse(String(row.body))
      add.run(row)
    } catch (error) {
      if (!isFaultOfRow(error)) throw error
      throw new UnusableSnapshot('The snapshot holds a row that does not fit.', { cause: error })
    }
  }
}

/** The driver refuses values that it cannot bind, and columns that are missing; the database, what breaks its rules. */
function isFaultOfRow(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return true
  return error instanceof Database.SqliteError && /^SQLITE_(CONSTRAINT|MISMATCH|RANGE|TOOBIG)/.test(error.code)
}
