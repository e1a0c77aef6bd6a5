import { createHmac } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import type { Store } from './store.ts'
import { digestWith, readOrMakeKey } from './token-keys.ts'

export type Noted = Pick<Store, 'findNote' | 'putNote'>

/** The note that tells a wrong key: what the right one makes of a text that is no token (docs/decisions/0056). */
export const KEY_NOTE = 'token-key'

export function keyCheckOf(key: Buffer): string {
  return createHmac('sha256', key).update('nametag token key').digest('hex')
}

export interface KeyPlace {
  readonly file: string
  /** Whether no other process has the store open. */
  readonly isAlone: boolean
}

/** The key under which a store keeps its tokens. One is made where the store has never had any, and by its only owner also
 * where it holds no token. Rejects with one sentence where the key is missing, or not that of the store. */
export async function takeTokenKey(
  store: Noted & Pick<Store, 'hasTokens'>,
  { file, isAlone }: KeyPlace,
): Promise<Buffer> {
  // The note is looked at first: whoever writes it has its file by then.
  const noted = await store.findNote(KEY_NOTE)
  const isMade = !existsSync(file)
  if (isMade && ((noted !== undefined && !isAlone) || (await store.hasTokens()))) throw new Error(missing(file))
  const key = readOrMakeKey(file)
  if (await agrees(store, keyCheckOf(key), isMade ? noted : undefined)) return key
  if (isMade) rmSync(file, { force: true })
  throw new Error(
    `The token key ${file} is not the one that this store keeps its tokens under: every node needs the same file.`,
  )
}

function missing(file: string): string {
  return `The token key ${file} is missing, and without it every token of this store is void: put the file back, or copy it from another node.`
}

/** Whether the store's note says the same, or says it now. */
async function agrees(store: Noted, check: string, replaced: string | undefined): Promise<boolean> {
  for (;;) {
    const noted = await store.findNote(KEY_NOTE)
    if (noted === check) return true
    if (noted !== undefined && noted !== replaced) return false
    if (await store.putNote(KEY_NOTE, check, noted ?? null)) return true
  }
}

export interface LateDigest {
  readonly digest: (token: string) => string
  use(key: Buffer): void
}

/** For opening a store whose key is known only once it is open, because the store says which key is right. */
export function lateDigest(): LateDigest {
  let digest = (_token: string): string => {
    throw new Error('The key of the tokens is not known yet.')
  }
  return {
    digest: (token) => digest(token),
    use(key) {
      digest = digestWith(key)
    },
  }
}
