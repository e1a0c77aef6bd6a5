import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { TOKEN_KINDS, tokenKindOf } from '../domain/grant.ts'
import { digestWith, hasValidChecksum, mintToken, readOrMakeKey, tokenIdOf } from './token-keys.ts'

const directory = mkdtempSync(join(tmpdir(), 'nametag-keys-'))
after(() => rmSync(directory, { recursive: true }))

test('a key is made once, is read again, and is private', () => {
  const file = join(directory, 'made.key')
  const key = readOrMakeKey(file)
  assert.equal(key.length, 32)
  assert.deepEqual(readOrMakeKey(file), key)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.startsWith('made.key')),
    ['made.key'],
  )
})

test('of two programs that make a key at once, both get the same', () => {
  const file = join(directory, 'raced.key')
  let other: Buffer | undefined
  const key = readOrMakeKey(file, (size) => {
    if (size === 32) other = readOrMakeKey(file)
    return Buffer.alloc(size, 7)
  })
  assert.deepEqual(key, other)
  assert.notDeepEqual(key, Buffer.alloc(32, 7))
})

test('a key of the wrong length is refused', () => {
  const file = join(directory, 'short.key')
  writeFileSync(file, 'short')
  assert.throws(() => readOrMakeKey(file), /must have 32 bytes, not 5/)
})

test('a digest depends on the token and on the key', () => {
  const digest = digestWith(Buffer.alloc(32, 1))
  assert.equal(digest('xoxp-ada'), digest('xoxp-ada'))
  assert.notEqual(digest('xoxp-ada'), digest('xoxp-bob'))
  assert.notEqual(digest('xoxp-ada'), digestWith(Buffer.alloc(32, 2))('xoxp-ada'))
  assert.match(digest('xoxp-ada'), /^[0-9a-f]{64}$/)
  assert.match(tokenIdOf(digest('xoxp-ada')), /^[0-9a-f]{16}$/)
})

test('a digest is the HMAC-SHA256 of the token', () => {
  const key = readOrMakeKey(join(directory, 'hmac.key'))
  for (const token of ['', 'xoxp-ada', 'xoxp-é☕', 'x'.repeat(1000)]) {
    assert.equal(digestWith(key)(token), createHmac('sha256', key).update(token).digest('hex'))
  }
})

test('a minted token tells its kind, has a valid checksum, and differs from the next', () => {
  for (const kind of TOKEN_KINDS) {
    const token = mintToken(kind)
    assert.equal(tokenKindOf(token), kind)
    assert.match(token, /^x[a-z]{3}-[0-9A-Za-z]{30}$/)
    assert.ok(hasValidChecksum(token))
    assert.notEqual(mintToken(kind), token)
  }
})

test('a token with one character changed, cut or added fails its checksum', () => {
  const token = mintToken('user', (size) => Buffer.alloc(size, 11))
  for (let place = 0; place < token.length; place += 1) {
    const other = token[place] === 'x' ? 'y' : 'x'
    assert.equal(hasValidChecksum(token.slice(0, place) + other + token.slice(place + 1)), false, `place ${place}`)
  }
  assert.equal(hasValidChecksum(token.slice(0, -1)), false)
  assert.equal(hasValidChecksum(`${token}x`), false)
  assert.equal(hasValidChecksum(''), false)
  assert.equal(hasValidChecksum('xoxp-'), false)
})

test('every digit of a token is as likely as any other: bytes that would favour the first ones are thrown away', () => {
  let next = 0
  const counted = new Map<string, number>()
  for (let round = 0; round < 62; round += 1) {
    const token = mintToken('user', (size) => Buffer.from(Array.from({ length: size }, () => next++ % 256)))
    for (const digit of token.slice(5, 29)) counted.set(digit, (counted.get(digit) ?? 0) + 1)
  }
  const times = [...counted.values()]
  assert.equal(counted.size, 62)
  assert.ok(Math.max(...times) - Math.min(...times) <= 6, `between ${Math.min(...times)} and ${Math.max(...times)}`)
})
