import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const DEPTH_BITS = 8
const INDEXED = 3

/** A square picture: `compressPixels` of its pixels, and the colours that they point at (red, green, blue; at most 256). */
export function encodePng(compressed: Uint8Array, size: number, palette: Uint8Array): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([DEPTH_BITS, INDEXED], 8)

  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', compressed),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** `pixels` is one byte per pixel, an index into the palette. */
export function compressPixels(pixels: Uint8Array, size: number): Buffer {
  return deflateSync(rowsOf(pixels, size))
}

/** Each row begins with the number of its filter: 0, as indexes compress best as they are. */
function rowsOf(pixels: Uint8Array, size: number): Uint8Array {
  const rows = new Uint8Array(size * (size + 1))
  for (let y = 0; y < size; y++) rows.set(pixels.subarray(y * size, (y + 1) * size), y * (size + 1) + 1)
  return rows
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}
