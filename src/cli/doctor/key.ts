import { existsSync, readFileSync, statSync } from 'node:fs'
import { keyCheckOf } from '../../storage/token-key-check.ts'
import { type Finding, ok, problem } from './finding.ts'

export interface KeyFacts {
  readonly file: string
  /** What the store says of the right key; absent where none was ever used. */
  readonly keyCheck: string | undefined
  readonly hasTokens: boolean
}

const WHAT = 'Token key'
const KEY_BYTES = 32
/** Others of the machine; the owner's group may have to read it. */
const FOR_OTHERS = 0o027

/** The file without which every token is void. */
export function lookAtKey({ file, keyCheck, hasTokens }: KeyFacts): Finding {
  if (!existsSync(file)) {
    if (keyCheck === undefined && !hasTokens) return ok(WHAT, `${file} is made by the first start.`)
    return problem(
      WHAT,
      `${file} is missing.`,
      'Put the file back, or copy it from another node or from where it is kept.',
    )
  }
  const key = readFileSync(file)
  if (key.length !== KEY_BYTES) {
    return problem(WHAT, `${file} has ${key.length} bytes, not ${KEY_BYTES}.`, 'Put the right file there.')
  }
  if (keyCheck !== undefined && keyCheckOf(key) !== keyCheck) {
    return problem(WHAT, `${file} is not the one that this store keeps its tokens under.`, 'Put the right file there.')
  }
  const mode = statSync(file).mode & 0o777
  if (process.platform !== 'win32' && (mode & FOR_OTHERS) !== 0) {
    return problem(WHAT, `${file} has mode ${mode.toString(8)}: others can get at it.`, `Run: chmod 600 ${file}`)
  }
  return ok(WHAT, `${file} is the right one. Keep a copy in another place than the backups.`)
}
