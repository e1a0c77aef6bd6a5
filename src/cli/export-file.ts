import type { Digests, Value } from '../storage/transfer.ts'
import { TRANSFER_TABLES } from '../storage/transfer.ts'

/** An export: lines of JSON. The first says what it is, each of the others is `[table, …values]`, and the last has the
 * number of rows and the digest of each table, and one of all lines before it. */

export const FORMAT = 1

export interface ExportFacts {
  /** ISO 8601. */
  readonly madeAt: string
  /** Of the Nametag that made it. */
  readonly version: string
  /** What tells the key of its tokens; `null`: no key was ever checked. */
  readonly keyCheck: string | null
  readonly counts: Readonly<Record<string, number>>
}

export interface Header extends ExportFacts {
  readonly nametag: 'export'
  readonly format: number
  readonly tables: Readonly<Record<string, readonly string[]>>
}

export interface End {
  readonly counts: Readonly<Record<string, number>>
  readonly digests: Digests
  /** Of all lines before. */
  readonly sha256: string
}

export const TABLES_OF_FORMAT = Object.fromEntries(TRANSFER_TABLES.map(({ name, columns }) => [name, columns]))

export function isValue(value: unknown): value is Value {
  return value === null || typeof value === 'string' || Number.isSafeInteger(value)
}
