import { createHmac, hash, randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { TokenKind } from '../domain/grant.ts'
import { BoundedCache } from './bounded-cache.ts'

/** Gives as many unpredictable bytes as are asked for. */
export type Random = (size: number) => Buffer

const KEY_BYTES = 32

/** The secret that tokens are stored under. It lives in a file of its own, beside the store and never in it, so that a
 * copy of the store alone is of no use. Of two programs that make it at once, both get the same. */
export function readOrMakeKey(file: string, random: Random = randomBytes): Buffer {
  if (!existsSync(file)) makeKey(file, random)
  return readKey(file)
}

export function readKey(file: string): Buffer {
  const key = readFileSync(file)
  if (key.length !== KEY_BYTES)
    throw new Error(`The token key ${file} must have ${KEY_BYTES} bytes, not ${key.length}.`)
  return key
}

/** What is stored of a token, its HMAC-SHA256: without the key, it neither leads back to the token nor can a guess be
 * tried on it. Every call needs one, and a plain hash takes a fifth of its time: so that of tokens seen lately is found
 * by their hash. No token stays in memory. */
export function digestWith(key: Buffer): (token: string) => string {
  const known = new BoundedCache<string>(DIGESTS_KEPT_MAX)
  return (token) => {
    const name = hash('sha256', token, 'base64')
    const kept = known.get(name)
    if (kept !== undefined) return kept
    const digest = createHmac('sha256', key).update(token).digest('hex')
    known.set(name, digest)
    return digest
  }
}

const DIGESTS_KEPT_MAX = 20_000

/** The name of a token that may be shown and logged. */
export function tokenIdOf(digest: string): string {
  return digest.slice(0, TOKEN_ID_LENGTH)
}

const TOKEN_ID_LENGTH = 16

/** A new token: its prefix, one random block, and a checksum that tells a mistyped one without asking the store. One
 * block, because secret scanners take dashed ones for tokens of Slack itself. */
export function mintToken(kind: TokenKind, random: Random = randomBytes): string {
  const text = PREFIXES[kind] + randomBlock(random)
  return text + checksumOf(text)
}

export function hasValidChecksum(token: string): boolean {
  const text = token.slice(0, -CHECKSUM_LENGTH)
  return text.length > CHECKSUM_LENGTH && checksumOf(text) === token.slice(-CHECKSUM_LENGTH)
}

const PREFIXES: Readonly<Record<TokenKind, string>> = {
  user: 'xoxp-',
  bot: 'xoxb-',
  app: 'xapp-',
  workspace: 'xoxa-',
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 24 digits of base 62 hold 142 bits. */
const BLOCK_LENGTH = 24
const CHECKSUM_LENGTH = 6
/** Bytes from here on are thrown away: they would make the first digits likelier than the rest. */
const FAIR_BYTES = 256 - (256 % DIGITS.length)

function randomBlock(random: Random): string {
  let block = ''
  while (block.length < BLOCK_LENGTH) {
    for (const byte of random(BLOCK_LENGTH)) {
      if (byte < FAIR_BYTES && block.length < BLOCK_LENGTH) block += DIGITS[byte % DIGITS.length]
    }
  }
  return block
}

function checksumOf(text: string): string {
  let rest = crc32(text)
  let digits = ''
  while (digits.length < CHECKSUM_LENGTH) {
    digits = DIGITS[rest % DIGITS.length] + digits
    rest = Math.floor(rest / DIGITS.length)
  }
  return digits
}

function makeKey(file: string, random: Random): void {
  writeKey(file, random(KEY_BYTES), random)
}

/** The key appears whole or not at all, and an existing one is never replaced. */
export function writeKey(file: string, key: Buffer, random: Random = randomBytes): void {
  const draft = `${file}.${random(8).toString('hex')}`
  const descriptor = openSync(draft, 'wx', 0o600)
  try {
    writeSync(descriptor, key)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!existsSync(file)) throw error
  } finally {
    unlinkSync(draft)
  }
}
