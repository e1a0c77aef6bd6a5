import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The link with which the owner of a new server signs in, once. */
export interface SignIn {
  /** Whether the code would be taken. Changes nothing: link previews look, too. */
  peek(code: string): boolean
  /** The owner's token; nothing for a code that is wrong, used or too old. */
  redeem(code: string): Promise<string | undefined>
}

export const SIGN_IN_HOURS = 24
const FILE = 'sign-in.json'
const CODE_BYTES = 16

interface Kept {
  readonly hash: string
  /** Unix milliseconds. */
  readonly expiresAt: number
}

/** Makes a new code; one made before is no longer taken. Only its hash is kept. */
export function makeSignInCode(folder: string, now: number): string {
  const code = randomBytes(CODE_BYTES).toString('base64url')
  const kept: Kept = { hash: hashOf(code).toString('hex'), expiresAt: now + SIGN_IN_HOURS * 3_600_000 }
  const path = join(folder, FILE)
  writeFileSync(`${path}.new`, `${JSON.stringify(kept)}\n`, { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
  return code
}

export interface SignInOptions {
  readonly folder: string
  readonly clock: { now(): number }
  /** Makes and stores the owner's token. */
  readonly makeToken: () => Promise<string>
}

export function openSignIn({ folder, clock, makeToken }: SignInOptions): SignIn {
  const path = join(folder, FILE)
  const peek = (code: string): boolean => {
    const kept = readKept(path)
    return (
      kept !== undefined && clock.now() < kept.expiresAt && timingSafeEqual(hashOf(code), Buffer.from(kept.hash, 'hex'))
    )
  }
  return {
    peek,
    async redeem(code) {
      if (!peek(code)) return undefined
      // The code is gone before there is a token: of two calls at once, one finds nothing. If the token cannot be
      // stored, the next start prints a new link, since nobody has signed in.
      rmSync(path)
      return makeToken()
    },
  }
}

function hashOf(code: string): Buffer {
  return createHash('sha256').update(code).digest()
}

function readKept(path: string): Kept | undefined {
  try {
    const { hash, expiresAt } = JSON.parse(readFileSync(path, 'utf8'))
    return /^[0-9a-f]{64}$/.test(hash) && Number.isSafeInteger(expiresAt) ? { hash, expiresAt } : undefined
  } catch {
    return undefined
  }
}
