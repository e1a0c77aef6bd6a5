import { randomBytes } from 'node:crypto'

const SECRET_BYTES = 16

/** 128 random bits, in letters that a URL takes as they are. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}
