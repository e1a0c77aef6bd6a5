import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { CannotStart } from '../cannot-start.ts'

/** Which rows an interrupted run has done. One line each, added after the server's answer: a line is there whole or, cut
 * off, does not count. Lost lines cost only another look at the person. */
export interface StateFile {
  has(digest: string): boolean
  add(digest: string): void
  /** Nothing is left to remember. */
  remove(): void
  close(): void
}

/** A state for another server or token's team must not stand for this one. */
export interface Place {
  readonly api: string
  readonly team: string
}

const FORM = 'nametag sync 1'

export function openState(path: string | null, place: Place): StateFile {
  const done = new Set<string>()
  if (path === null) {
    return { has: (digest) => done.has(digest), add: (digest) => done.add(digest), remove() {}, close() {} }
  }
  const head = `${JSON.stringify({ form: FORM, ...place })}\n`
  const file = openAt(path)
  try {
    const whole = wholeLines(readFileSync(file, 'utf8'))
    if (whole === '') {
      ftruncateSync(file)
      writeSync(file, head, 0)
    } else {
      if (!whole.startsWith(head)) throw new CannotStart(foreign(path, whole))
      for (const line of whole.slice(head.length).split('\n')) if (line !== '') done.add(line)
      ftruncateSync(file, Buffer.byteLength(whole))
    }
    let end = Buffer.byteLength(whole === '' ? head : whole)
    return {
      has: (digest) => done.has(digest),
      add(digest) {
        done.add(digest)
        end += writeSync(file, `${digest}\n`, end)
      },
      remove: () => rmSync(path, { force: true }),
      close() {
        closeSync(file)
        if (done.size === 0) rmSync(path, { force: true })
      },
    }
  } catch (error) {
    closeSync(file)
    throw error
  }
}

function openAt(path: string): number {
  try {
    return openSync(path, openFlagsOf(path), 0o600)
  } catch (error) {
    throw new CannotStart(`${path} cannot be written: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}.`)
  }
}

/** Reads and writes, and makes the file where there is none. */
function openFlagsOf(path: string): string {
  try {
    closeSync(openSync(path, 'r'))
    return 'r+'
  } catch {
    return 'wx+'
  }
}

const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf('\n') + 1)

function foreign(path: string, text: string): string {
  if (text.startsWith(`{"form":"${FORM}"`)) {
    return `${path} remembers a run against another server or team; delete it, or name another file with --state.`
  }
  return `${path} is no state file of "nametag sync"; name another one with --state.`
}
