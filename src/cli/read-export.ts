import { createHash } from 'node:crypto'
import {
  PAGE_TEXT_MAX,
  ROWS_PER_PAGE,
  type Row,
  TableDigest,
  TRANSFER_TABLES,
  type TransferTable,
} from '../storage/transfer.ts'
import { CannotStart } from './cannot-start.ts'
import { type End, FORMAT, type Header, isValue, TABLES_OF_FORMAT } from './export-file.ts'
import { readLines } from './read-lines.ts'

/** What becomes of an export while it is read. Whether all of it was right is known at the end alone. */
export interface ExportTaker {
  begin(header: Header): Promise<void>
  take(table: TransferTable, rows: readonly Row[]): Promise<void>
}

/** What a file says that it is. */
export async function readHeader(path: string): Promise<Header> {
  let header: Header | undefined
  const keep = async (found: Header) => {
    header = found
  }
  const reading = new Reading(path, { begin: keep, take: async () => {} })
  for await (const line of readLines(path)) {
    await reading.line(line)
    break
  }
  if (header === undefined) throw new CannotStart(`${path} is no export of Nametag.`)
  return header
}

/** Reads an export page by page. Rejects with a sentence where the file is none, is damaged, or ends too early. */
export async function readExport(path: string, taker: ExportTaker): Promise<End> {
  const reading = new Reading(path, taker)
  for await (const line of readLines(path)) await reading.line(line)
  return reading.end()
}

class Reading {
  readonly #path: string
  readonly #taker: ExportTaker
  readonly #hash = createHash('sha256')
  readonly #digests = new Map(TRANSFER_TABLES.map(({ name }) => [name, new TableDigest()]))
  #lines = 0
  #table = -1
  #page: Row[] = []
  #pageLength = 0
  #end: End | undefined

  constructor(path: string, taker: ExportTaker) {
    this.#path = path
    this.#taker = taker
  }

  async line(line: Buffer): Promise<void> {
    this.#lines += 1
    if (this.#end !== undefined) throw this.#damaged()
    const content = this.#parse(line)
    if (this.#lines === 1) await this.#taker.begin(this.#header(content))
    else if (Array.isArray(content)) await this.#row(content, line.length)
    else return this.#trailer(content)
    this.#hash.update(line).update('\n')
  }

  async end(): Promise<End> {
    if (this.#end === undefined) throw new CannotStart(`${this.#path} is cut off after line ${this.#lines}.`)
    return this.#end
  }

  #parse(line: Buffer): unknown {
    try {
      return JSON.parse(line.toString('utf8'))
    } catch {
      throw this.#lines === 1 ? this.#none() : this.#damaged()
    }
  }

  #header(content: unknown): Header {
    const header = Object(content) as Partial<Header>
    if (header.nametag !== 'export') throw this.#none()
    const isKnown = header.format === FORMAT && JSON.stringify(header.tables) === JSON.stringify(TABLES_OF_FORMAT)
    if (!isKnown) {
      throw new CannotStart(
        `${this.#path} was made by Nametag ${header.version}, whose exports this version cannot read.`,
      )
    }
    return header as Header
  }

  async #row([name, ...row]: readonly unknown[], length: number): Promise<void> {
    const at = TRANSFER_TABLES.findIndex((table) => table.name === name)
    const table = TRANSFER_TABLES[at]
    const fits = table !== undefined && at >= this.#table && row.length === table.columns.length && row.every(isValue)
    if (!fits) throw this.#damaged()
    if (at > this.#table) await this.#flush()
    this.#table = at
    this.#digests.get(table.name)?.add(JSON.stringify(row))
    this.#page.push(row)
    this.#pageLength += length
    if (this.#page.length >= ROWS_PER_PAGE || this.#pageLength >= PAGE_TEXT_MAX) await this.#flush()
  }

  async #flush(): Promise<void> {
    const table = TRANSFER_TABLES[this.#table]
    const rows = this.#page
    this.#page = []
    this.#pageLength = 0
    if (table !== undefined && rows.length > 0) await this.#taker.take(table, rows)
  }

  async #trailer(content: unknown): Promise<void> {
    const end = Object(content).end as Partial<End> | undefined
    const isRight = TRANSFER_TABLES.every(({ name }) => {
      const digest = this.#digests.get(name)
      return end?.counts?.[name] === digest?.rows && end?.digests?.[name] === digest?.hex()
    })
    if (!isRight || end?.sha256 !== this.#hash.digest('hex')) throw this.#damaged()
    await this.#flush()
    this.#end = end as End
  }

  #none(): CannotStart {
    return new CannotStart(`${this.#path} is no export of Nametag.`)
  }

  #damaged(): CannotStart {
    return new CannotStart(`${this.#path} is damaged at line ${this.#lines}.`)
  }
}
