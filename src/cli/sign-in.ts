import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Store } from '../storage/store.ts'

/** The link with which the owner of a new server signs in, once, at whichever node it is opened. */
export interface SignIn {
  /** Whether the code would be taken. Changes nothing: link previews look, too. */
  peek(code: string): Promise<boolean>
  /** The owner's token; nothing for a code that is wrong, used or too old. */
  redeem(code: string): Promise<string | undefined>
}

type Notes = Pick<Store, 'findNote' | 'putNote'>

export const SIGN_IN_HOURS = 24
export const SIGN_IN_NOTE = 'sign-in'
const CODE_BYTES = 16

interface Kept {
  readonly hash: string
  /** Unix milliseconds. */
  readonly expiresAt: number
}

/** Makes a new code, and keeps only its hash. Of those that were made before, as many are still taken as `codesMax` lets. */
export async function makeSignInCode(notes: Notes, now: number, codesMax: number): Promise<string> {
  const code = randomBytes(CODE_BYTES).toString('base64url')
  const made: Kept = { hash: hashOf(code).toString('hex'), expiresAt: now + SIGN_IN_HOURS * 3_600_000 }
  for (;;) {
    const note = await notes.findNote(SIGN_IN_NOTE)
    const kept = [made, ...readKept(note)].slice(0, codesMax)
    if (await notes.putNote(SIGN_IN_NOTE, JSON.stringify(kept), note ?? null)) return code
  }
}

export interface SignInOptions {
  readonly notes: Notes
  readonly clock: { now(): number }
  /** Makes and stores the owner's token. */
  readonly makeToken: () => Promise<string>
}

export function openSignIn({ notes, clock, makeToken }: SignInOptions): SignIn {
  const isTaken = (code: string, note: string | undefined): boolean => {
    const hash = hashOf(code)
    return readKept(note).some(
      (kept) => clock.now() < kept.expiresAt && timingSafeEqual(hash, Buffer.from(kept.hash, 'hex')),
    )
  }
  return {
    peek: async (code) => isTaken(code, await notes.findNote(SIGN_IN_NOTE)),
    async redeem(code) {
      const note = await notes.findNote(SIGN_IN_NOTE)
      if (note === undefined || !isTaken(code, note)) return undefined
      // All codes are gone before there is a token: of two calls at once, one finds nothing. If the token cannot be
      // stored, the next start prints a new link, since nobody has signed in.
      return (await notes.putNote(SIGN_IN_NOTE, null, note)) ? makeToken() : undefined
    },
  }
}

function hashOf(code: string): Buffer {
  return createHash('sha256').update(code).digest()
}

function readKept(note: string | undefined): readonly Kept[] {
  if (note === undefined) return []
  const list: unknown = JSON.parse(note)
  return Array.isArray(list) ? list.filter(isKept) : []
}

function isKept(kept: Partial<Record<keyof Kept, unknown>>): kept is Kept {
  return typeof kept.hash === 'string' && /^[0-9a-f]{64}$/.test(kept.hash) && Number.isSafeInteger(kept.expiresAt)
}
