import Database from 'better-sqlite3'
import { SNAPSHOT_ROWS_MAX } from '../limits.ts'
import { findFault } from '../snapshot-bodies.ts'
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
      const compared = tables.map((table) => compare(table, rowsOf(snapshot, table.name)))
      // Others refer to the teams, so these go last and come first.
      const changes = isSame(compared[0]) ? compared : compared.map(replaceAll)
      for (const { table, dropped } of changes.toReversed()) {
        if (dropped === 'all') table.dropAll.run()
        else for (const row of dropped) table.drop.run(row)
      }
      for (const change of changes) addRows(change)
    },
  }
}

interface Change {
  readonly table: Table
  readonly dropped: readonly Row[] | 'all'
  readonly added: readonly Row[]
  /** All that the table is to hold. */
  readonly rows: readonly Row[]
}

/** Most rows stay as they are, and to look at one costs a tenth of writing it. */
function compare(table: Table, rows: readonly Row[]): Change {
  const present = rows.length === 0 ? [] : table.findAll.all(SNAPSHOT_ROWS_MAX + 1)
  const missing = new Map(rows.map((row) => [nameOf(row, table), row]))
  const isComparable = missing.size === rows.length && present.length <= SNAPSHOT_ROWS_MAX
  if (present.length === 0 || !isComparable) return replaceAll({ table, rows })
  const dropped: Row[] = []
  for (const row of present) {
    const name = nameOf(row, table)
    const wanted = missing.get(name)
    if (wanted !== undefined && table.columns.every((column) => wanted[column] === row[column])) missing.delete(name)
    else dropped.push(row)
  }
  return { table, dropped, added: [...missing.values()], rows }
}

function replaceAll({ table, rows }: Pick<Change, 'table' | 'rows'>): Change {
  return { table, dropped: 'all', added: rows, rows }
}

function isSame(change: Change | undefined): boolean {
  return change?.dropped.length === 0 && change.added.length === 0
}

/** The first two columns of every table tell its rows apart. */
function nameOf(row: Row, { columns: [first = '', second = ''] }: Table): string {
  return `${Object(row)[first]} ${Object(row)[second]}`
}

type Table = ReturnType<typeof openTable>

/** The only statements that are put together: from the names above, never from a snapshot. */
function openTable(db: Connection, name: string, columns: readonly string[]) {
  const list = columns.join(', ')
  const [first, second] = columns
  return {
    name,
    columns,
    findAll: db.prepare<[limit: number], Row>(`select ${list} from ${name} order by ${first}, ${second} limit ?`),
    dropAll: db.prepare(`delete from ${name}`),
    drop: db.prepare<[Row]>(`delete from ${name} where ${first} = @${first} and ${second} = @${second}`),
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

function addRows({ table, added, rows }: Change): void {
  for (const row of added) {
    const fault = findFault(table.name, Object(row)) ?? add(table, row)
    if (fault !== undefined) throw new UnusableSnapshot(`tables.${table.name}[${rows.indexOf(row)}]: ${fault}`)
  }
}

function add(table: Table, row: Row): string | undefined {
  try {
    table.add.run(row)
    return undefined
  } catch (error) {
    if (!isFaultOfRow(error)) throw error
    return error.message
  }
}

/** The driver refuses values that it cannot bind, and columns that are missing; the database, what breaks its rules. */
function isFaultOfRow(error: unknown): error is Error {
  if (error instanceof TypeError || error instanceof RangeError) return true
  return error instanceof Database.SqliteError && /^SQLITE_(CONSTRAINT|MISMATCH|RANGE|TOOBIG)/.test(error.code)
}
