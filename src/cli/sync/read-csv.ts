import { readFileSync, statSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { CannotStart } from '../cannot-start.ts'
import { quote, visible } from '../visible.ts'

export interface CsvFile {
  readonly columns: readonly string[]
  readonly rows: readonly CsvRow[]
}

export interface CsvRow {
  /** As a spreadsheet counts: the names of the columns are row 1. */
  readonly row: number
  readonly cells: readonly string[]
}

const BYTES_MAX = 32 * 1024 * 1024
const ROWS_MAX = 50_000
const COLUMNS_MAX = 200
const DELIMITERS = [',', ';', '\t'] as const

export function readCsv(path: string): CsvFile {
  return parseCsv(decode(readBytes(path), path), path)
}

function readBytes(path: string): Buffer {
  try {
    if (path !== '-' && statSync(path).size > BYTES_MAX) throw new CannotStart(`${path} is longer than 32 MB.`)
    return readFileSync(path === '-' ? 0 : path)
  } catch (error) {
    if (error instanceof CannotStart) throw error
    throw new CannotStart(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}.`)
  }
}

/** Drops a byte order mark. */
function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CannotStart(`${path} is not UTF-8; spreadsheets call the right form "CSV UTF-8".`)
  }
}

export function parseCsv(text: string, path: string): CsvFile {
  const [head, ...others] = recordsOf(text, path)
  if (head === undefined) throw new CannotStart(`${path} is empty.`)
  const columns = head.map((name) => name.trim())
  checkColumns(columns, path)
  const rows = others
    .map((cells, index) => ({ row: index + 2, cells: cells.map((cell) => cell.trim()) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
  if (rows.length > ROWS_MAX) throw new CannotStart(`${path} has more than ${ROWS_MAX} rows.`)
  if (rows.length === 0) throw new CannotStart(`${path} names no people.`)
  const uneven = rows.find(({ cells }) => cells.length !== columns.length)
  if (uneven) {
    const { row, cells } = uneven
    throw new CannotStart(`${path}, row ${row}: ${cells.length} cells where there are ${columns.length} columns.`)
  }
  return { columns, rows }
}

function recordsOf(text: string, path: string): string[][] {
  try {
    return parse(text, {
      delimiter: delimiterOf(text),
      relax_column_count: true,
      skip_empty_lines: false,
      max_record_size: 1024 * 1024,
    })
  } catch (error) {
    throw new CannotStart(`${path} is no CSV: ${visible((error as Error).message)}.`)
  }
}

/** The sign that parts the names of the columns: spreadsheets write `;` where the comma stands in numbers. */
function delimiterOf(text: string): string {
  const counts = new Map<string, number>(DELIMITERS.map((sign) => [sign, 0]))
  let quoted = false
  for (const sign of text) {
    if (sign === '"') quoted = !quoted
    else if (!quoted && (sign === '\n' || sign === '\r')) break
    else if (!quoted) counts.set(sign, (counts.get(sign) ?? 0) + 1)
  }
  return DELIMITERS.reduce<string>(
    (best, sign) => ((counts.get(sign) ?? 0) > (counts.get(best) ?? 0) ? sign : best),
    ',',
  )
}

function checkColumns(columns: readonly string[], path: string): void {
  if (columns.length > COLUMNS_MAX) throw new CannotStart(`${path} has more than ${COLUMNS_MAX} columns.`)
  const nameless = columns.indexOf('')
  if (nameless !== -1) throw new CannotStart(`${path}: column ${nameless + 1} has no name.`)
  const twice = columns.find((name, index) => columns.indexOf(name) !== index)
  if (twice !== undefined) throw new CannotStart(`${path}: two columns are called ${quote(twice)}.`)
}
