import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { CannotStart } from './cannot-start.ts'

export interface WholeFile {
  readonly path: string
  /** Replaces a file that is there. */
  readonly force: boolean
}

/** Writes a file that is there whole or not at all, for its owner alone. `write` fills an empty one under another name. */
export async function writeWholeFile<Result>(
  { path, force }: WholeFile,
  write: (draft: string) => Promise<Result>,
): Promise<Result> {
  if (!force && existsSync(path)) throw isThere(path)
  const draft = `${path}.${randomBytes(4).toString('hex')}.part`
  const forget = onceSignalled(() => removeDraft(draft))
  try {
    closeSync(openSync(draft, 'wx', 0o600))
    const result = await write(draft)
    flush(draft)
    if (force) renameSync(draft, path)
    else linkOnly(draft, path)
    flush(dirname(path))
    return result
  } catch (error) {
    throw tellingOf(error, path)
  } finally {
    removeDraft(draft)
    forget()
  }
}

/** Where somebody else made the file meanwhile, it stays. */
function linkOnly(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || existsSync(path)) throw isThere(path)
    // Some file systems, such as those of other machines, have no second names.
    if (!/^E(?:PERM|NOTSUP|OPNOTSUPP|NOSYS|MLINK)$/.test(code)) throw error
    renameSync(draft, path)
  }
}

function isThere(path: string): CannotStart {
  return new CannotStart(`${path} is there already; --force replaces it.`)
}

export function flush(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function removeDraft(draft: string): void {
  for (const name of [draft, `${draft}-journal`, `${draft}-wal`, `${draft}-shm`])
    if (existsSync(name)) rmSync(name, { force: true })
}

function tellingOf(error: unknown, path: string): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (!/^E(?:NOSPC|DQUOT|ACCES|PERM|NOENT|NOTDIR|ISDIR|ROFS|IO)$|^SQLITE_/.test(code)) return error
  return new CannotStart(`${path} cannot be written: ${message}.`, { cause: error })
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** Leaves nothing behind when a person breaks the work off. */
function onceSignalled(tidy: () => void): () => void {
  const listeners = Object.entries(EXIT_CODES).map(([signal, code]) => {
    const listener = () => {
      tidy()
      process.exit(code)
    }
    process.once(signal, listener)
    return () => process.off(signal, listener)
  })
  return () => {
    for (const forget of listeners) forget()
  }
}
