import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CannotStart } from './cannot-start.ts'

/** The longest line is a team with everything that it may have. */
const LINE_BYTES_MAX = 256 * 1024 * 1024
const LINE_FEED = 0x0a

/** The lines of a file, compressed or not, a few at a time. One that has no end is left out: the file is cut off there. */
export async function* readLines(path: string): AsyncGenerator<Buffer> {
  try {
    yield* linesIn(path)
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (code === 'Z_BUF_ERROR') return
    if (code.startsWith('Z_')) throw new CannotStart(`${path} is damaged: ${message}.`, { cause: error })
    if (/^E[A-Z]+$/.test(code)) throw new CannotStart(`${path} cannot be read: ${message}.`, { cause: error })
    throw error
  }
}

async function* linesIn(path: string): AsyncGenerator<Buffer> {
  let parts: Buffer[] = []
  let length = 0
  for await (const chunk of open(path) as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      parts.push(chunk.subarray(start, end))
      yield parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
      parts = []
      length = 0
      start = end + 1
    }
    parts.push(chunk.subarray(start))
    length += chunk.length - start
    if (length > LINE_BYTES_MAX) throw new CannotStart(`${path} has a line that is longer than any export has.`)
  }
}

function open(path: string): Readable {
  const isZipped = startsWith(path, 0x1f, 0x8b)
  const file = createReadStream(path)
  if (!isZipped) return file
  const gunzip = createGunzip()
  file.on('error', (error) => gunzip.destroy(error))
  return file.pipe(gunzip)
}

function startsWith(path: string, ...bytes: readonly number[]): boolean {
  const descriptor = openSync(path, 'r')
  try {
    const found = Buffer.alloc(bytes.length)
    readSync(descriptor, found)
    return found.equals(Buffer.from(bytes))
  } finally {
    closeSync(descriptor)
  }
}
