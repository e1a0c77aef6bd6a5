import { createHash } from 'node:crypto'
import { CannotStart } from '../cannot-start.ts'
import { asRead, type Target } from '../profile-fields.ts'
import { quote } from '../visible.ts'
import type { Columns } from './columns.ts'
import type { CsvFile } from './read-csv.ts'

/** One row of the file: who, and what is to stand in the profile. */
export interface Person {
  readonly row: number
  /** An id or an email address. */
  readonly key: string
  readonly wanted: readonly Wanted[]
  /** Tells this row, as it stands, from any other. */
  readonly digest: string
}

export interface Wanted {
  readonly target: Target
  readonly value: string
}

const PROBLEMS_MAX = 20

export function readPeople({ rows }: CsvFile, columns: Columns, clearEmpty: boolean): Person[] {
  const problems: string[] = []
  const seen = new Map<string, number>()
  const people = rows.map(({ row, cells }) => {
    const key = cells[columns.keyColumn] ?? ''
    const problem = checkKey(key, columns.key) ?? checkTwice(key, seen)
    if (problem !== undefined) problems.push(`row ${row}: ${problem}`)
    seen.set(key.toLowerCase(), seen.get(key.toLowerCase()) ?? row)
    const wanted = columns.written
      .map(({ column, target }) => ({ target, value: asRead(cells[column] ?? '', target) }))
      .filter(({ value }) => clearEmpty || value !== '')
    return { row, key, wanted, digest: digestOf(key, wanted) }
  })
  if (problems.length > 0) {
    const more = problems.length > PROBLEMS_MAX ? `\nand ${problems.length - PROBLEMS_MAX} more` : ''
    throw new CannotStart(`${problems.slice(0, PROBLEMS_MAX).join('\nnametag: ')}${more}`)
  }
  return people
}

function checkKey(key: string, kind: Columns['key']): string | undefined {
  if (kind === 'id')
    return /^[UW][A-Z0-9]{2,}$/.test(key) ? undefined : `${quote(key)} is no user id, such as U0MEL00001`
  return /^[^\s@]+@[^\s@]+$/.test(key) ? undefined : `${quote(key)} is no email address`
}

function checkTwice(key: string, seen: ReadonlyMap<string, number>): string | undefined {
  const first = seen.get(key.toLowerCase())
  return first === undefined ? undefined : `${quote(key)} stands in row ${first} already`
}

function digestOf(key: string, wanted: readonly Wanted[]): string {
  const text = JSON.stringify([key, ...wanted.map(({ target, value }) => [target.key, value])])
  return createHash('sha256').update(text).digest('base64url')
}
