import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32, inflateSync } from 'node:zlib'
import { drawAvatar, parseAvatarPath } from './avatars.ts'

const SIZES = [24, 32, 48, 72, 192, 512, 1024]
const ADA = 'g0123456789a'

for (const size of SIZES) {
  test(`a picture of ${size} pixels is a sound PNG of that size`, () => {
    const { header, palette, rows } = decode(drawAvatar(ADA, size))
    assert.equal(header.readUInt32BE(0), size)
    assert.equal(header.readUInt32BE(4), size)
    assert.equal(palette.length, 256 * 3)
    assert.equal(rows.length, size * (size + 1))
    for (let y = 0; y < size; y++) assert.equal(rows[y * (size + 1)], 0)
  })
}

test('the same hash gives the same picture', () => {
  assert.deepEqual(drawAvatar(ADA, 72), drawAvatar(ADA, 72))
})

test('different people look different', () => {
  const hashes = Array.from({ length: 60 }, (_, index) => `g${(index * 1_234_567_891).toString(16).padStart(11, '0')}`)
  const pictures = new Set(hashes.map((hash) => drawAvatar(hash, 24).toString('latin1')))
  assert.ok(pictures.size >= 57, `only ${pictures.size} of 60 differ`)
})

test('a picture is symmetrical, and its figure is lighter than its ground', () => {
  const size = 48
  const { rows } = decode(drawAvatar(ADA, size))
  const row = (y: number) => [...rows.subarray(y * (size + 1) + 1, (y + 1) * (size + 1))]
  for (let y = 0; y < size; y++) assert.deepEqual(row(y), row(y).reverse())
  assert.ok((row(size / 2)[size / 2] ?? 0) > (row(0)[0] ?? 0) + 100)
})

test('more pictures than are kept can be drawn', () => {
  for (let index = 0; index < 1_500; index++) {
    const hash = `g${(index * 16).toString(16).padStart(11, '0')}`
    assert.ok(drawAvatar(hash, 24).length > 100)
  }
})

for (const size of SIZES) {
  test(`the path of a picture of ${size} pixels is read`, () => {
    assert.deepEqual(parseAvatarPath(`/avatars/g0123456789a-${size}.png`), { hash: 'g0123456789a', size })
  })
}

const strangers = [
  '/avatars/g0123456789a-73.png',
  '/avatars/g0123456789a-72.jpg',
  '/avatars/g0123456789-72.png',
  '/avatars/g0123456789AB-72.png',
  '/avatars/0123456789ab-72.png',
  '/avatars/g0123456789a-72.png/',
  '/avatars/../g0123456789a-72.png',
  '/avatars/g0123456789a-72.png\n',
  '/avatars/',
  '/',
]
for (const path of strangers) {
  test(`${JSON.stringify(path)} is no picture's path`, () => {
    assert.equal(parseAvatarPath(path), undefined)
  })
}

/** Walks the chunks, checking each checksum. */
function decode(png: Buffer): { header: Buffer; palette: Buffer; rows: Buffer } {
  assert.equal(png.subarray(0, 8).toString('latin1'), '\x89PNG\r\n\x1a\n')
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const body = png.subarray(at + 4, at + 8 + length)
    assert.equal(png.readUInt32BE(at + 8 + length), crc32(body))
    chunks.set(body.subarray(0, 4).toString('latin1'), body.subarray(4))
    at += length + 12
  }
  assert.deepEqual([...chunks.keys()], ['IHDR', 'PLTE', 'IDAT', 'IEND'])
  const [header, palette, data] = [...chunks.values()]
  return { header: header as Buffer, palette: palette as Buffer, rows: inflateSync(data as Buffer) }
}
