import { createHash, type Hash } from 'node:crypto'
import { KEY_NOTE } from './token-key-check.ts'

/** How everything that is stored moves from one engine to another: rows of plain values, table by table, in the order of
 * each table's key, which is the same on every engine (docs/decisions/0057). */

export type Value = string | number | null
export type Row = readonly Value[]

export interface TransferTable {
  readonly name: string
  readonly columns: readonly string[]
  /** Columns whose values no two rows share, which rows are ordered by. */
  readonly key: readonly string[]
}

/** Those first that others refer to. What an engine makes out of these rows, it makes again. */
export const TRANSFER_TABLES: readonly TransferTable[] = [
  { name: 'teams', columns: ['team_id', 'body'], key: ['team_id'] },
  {
    name: 'users',
    columns: ['team_id', 'id', 'ordinal', 'email_lower', 'status_expiration', 'deleted', 'name', 'updated', 'body'],
    key: ['team_id', 'id'],
  },
  {
    name: 'tokens',
    columns: ['team_id', 'token_id', 'digest', 'kind', 'user_id', 'app_id', 'created_at', 'revoked_at', 'body'],
    key: ['team_id', 'token_id'],
  },
  { name: 'log', columns: ['team_id', 'seq', 'user_id', 'types', 'at', 'body', 'kind'], key: ['team_id', 'seq'] },
  { name: 'cursors', columns: ['team_id', 'reader', 'seq'], key: ['team_id', 'reader'] },
  {
    name: 'undelivered',
    columns: ['team_id', 'id', 'reader', 'seq', 'type', 'attempts', 'reason', 'next_at'],
    key: ['team_id', 'id'],
  },
  { name: 'notes', columns: ['key', 'value'], key: ['key'] },
]

/** The note of an import that is under way, or was cut off: a store that has it is not whole. It moves nowhere. */
export const IMPORT_NOTE = 'import'

/** What of a table moves: `where …`, or nothing. */
export function whereMoved({ name }: Pick<TransferTable, 'name'>): string {
  return name === 'notes' ? `where key <> '${IMPORT_NOTE}'` : ''
}

/** What of a table an empty store has not: a note about the key is no content, as the one that comes is the same. */
export function whereContent({ name }: Pick<TransferTable, 'name'>): string {
  return name === 'notes' ? `where key not in ('${IMPORT_NOTE}', '${KEY_NOTE}')` : ''
}

/** Rows that are read, written or counted as one. */
export const ROWS_PER_PAGE = 200
/** Characters of rows after which a page takes no further one. */
export const PAGE_TEXT_MAX = 2 * 1024 * 1024

export interface TransferSource {
  /** Rows of each table, at the moment that all is read of. */
  count(): Promise<Readonly<Record<string, number>>>
  findNote(key: string): Promise<string | undefined>
  /** In the order of the key. */
  pages(table: TransferTable): AsyncIterable<readonly Row[]>
  close(): Promise<void>
}

/** A store that an import fills, and nobody else uses. Every write is refused where the import's note is another's. */
export interface TransferTarget {
  /** What the note of an import says; `undefined`: none was begun, or each was ended. */
  findImport(): Promise<string | undefined>
  /** Says with a note that this import has begun, which has a name of its own. False where the note is not `expected`. */
  begin(name: string, expected: string | undefined): Promise<boolean>
  /** Whether there is no team and nothing else that an import would bring; a note about the key does not count. */
  isEmpty(): Promise<boolean>
  /** Rows of one table after the other, and of each in the order of its key. What the engine makes out of them comes too. */
  add(table: TransferTable, rows: readonly Row[]): Promise<void>
  /** Takes everything away that an import brings. */
  clear(): Promise<void>
  /** Takes the note away: the store is whole, or empty. */
  end(): Promise<void>
  /** What is there, to be read back. */
  read(): Promise<TransferSource>
  close(): Promise<void>
}

/** Another import has taken the store over. */
export class ImportLost extends Error {
  override readonly name = 'ImportLost'
}

/** The canonical digest of a table: SHA-256 over its rows as JSON, one in each line, in the order of the key. */
export class TableDigest {
  readonly #hash: Hash = createHash('sha256')
  #rows = 0

  add(encodedRow: string): void {
    this.#hash.update(encodedRow).update('\n')
    this.#rows += 1
  }

  get rows(): number {
    return this.#rows
  }

  hex(): string {
    return this.#hash.copy().digest('hex')
  }
}

export type Digests = Readonly<Record<string, string>>

/** Reads all of a source, and gives the digest of each table. `onPage` is called after each page. */
export async function digestsOf(source: TransferSource, onPage: () => void): Promise<Digests> {
  const digests: Record<string, string> = {}
  for (const table of TRANSFER_TABLES) {
    const digest = new TableDigest()
    for await (const rows of source.pages(table)) {
      for (const row of rows) digest.add(JSON.stringify(row))
      onPage()
    }
    digests[table.name] = digest.hex()
  }
  return digests
}

/** One digest for all of them. */
export function digestOfAll(digests: Digests): string {
  const hash = createHash('sha256')
  for (const { name } of TRANSFER_TABLES) hash.update(`${name} ${digests[name]}\n`)
  return hash.digest('hex')
}
