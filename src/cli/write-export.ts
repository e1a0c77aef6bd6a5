import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Digests, type Row, TableDigest, TRANSFER_TABLES, type TransferSource } from '../storage/transfer.ts'
import { type End, type ExportFacts, FORMAT, type Header, TABLES_OF_FORMAT } from './export-file.ts'
import { createGarbageCollector } from './take-out-garbage.ts'

export interface Exported {
  readonly counts: Readonly<Record<string, number>>
  readonly digests: Digests
}

/** Writes all of a source, page by page, as fast as the disk takes it. */
export async function writeExport(
  path: string,
  source: TransferSource,
  { facts, zip }: { readonly facts: ExportFacts; readonly zip: boolean },
): Promise<Exported> {
  let exported: Exported = { counts: {}, digests: {} }
  const keep = (end: End) => {
    exported = end
  }
  // A page is long enough: no further ones are made before it is written.
  const lines = Readable.from(linesOf(source, facts, keep), { highWaterMark: 1 })
  const file = createWriteStream(path, { mode: 0o600 })
  await (zip ? pipeline(lines, createGzip(), file) : pipeline(lines, file))
  return exported
}

async function* linesOf(source: TransferSource, facts: ExportFacts, onEnd: (end: End) => void): AsyncGenerator<string> {
  const hash = createHash('sha256')
  const told = (text: string) => {
    hash.update(text)
    return text
  }
  const header: Header = { nametag: 'export', format: FORMAT, ...facts, tables: TABLES_OF_FORMAT }
  yield told(`${JSON.stringify(header)}\n`)
  const takeOutGarbage = createGarbageCollector()
  const counts: Record<string, number> = {}
  const digests: Record<string, string> = {}
  for (const table of TRANSFER_TABLES) {
    const digest = new TableDigest()
    for await (const rows of source.pages(table)) {
      yield told(textOf(table.name, rows, digest))
      takeOutGarbage()
    }
    counts[table.name] = digest.rows
    digests[table.name] = digest.hex()
  }
  const end: End = { counts, digests, sha256: hash.digest('hex') }
  onEnd(end)
  yield `${JSON.stringify({ end })}\n`
}

function textOf(name: string, rows: readonly Row[], digest: TableDigest): string {
  let text = ''
  for (const row of rows) {
    const encoded = JSON.stringify(row)
    digest.add(encoded)
    text += `["${name}",${encoded.slice(1)}\n`
  }
  return text
}
