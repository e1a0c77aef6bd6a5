import type { RawArgs } from './call.ts'

/** Arguments that may be shown: no secret is in them. */
export type ShownArgs = Readonly<Record<string, unknown>>

const HIDDEN = '[hidden]'
const SECRET_NAMES: ReadonlySet<string> = new Set(['token', 'refresh_token', 'client_secret', 'signing_secret', 'code'])
/** What looks like a token, wherever it stands, also in the middle of a word and with its hyphen as `%2D`. */
const TOKEN = /(?:xox[a-z]|(?<![a-z0-9])(?:xapp|xwfp))(?:[-.]|%2[de])[\w.%-]*/gi

export function showArgs(args: RawArgs): ShownArgs {
  return Object.fromEntries([...args].map(([name, value]) => [name, shown(name, value)]))
}

/** The same of long arguments: what goes beyond `lengthMax` characters is cut, and what comes after it left out. Copies
 * everything, since a piece of a string keeps the whole of it in memory. */
export function cutArgs(args: RawArgs, lengthMax: number): { readonly args: ShownArgs; readonly isCut: boolean } {
  const kept: [string, unknown][] = []
  let left = lengthMax
  for (const [name, value] of args) {
    const part = shown(name, typeof value === 'string' ? value.slice(0, left + 1) : value)
    const text = typeof part === 'string' ? part : (JSON.stringify(part) ?? '')
    const isCut = text.length > left
    kept.push([name, isCut ? `${text.slice(0, left)}…` : part])
    if (isCut) return { args: copyOf(kept), isCut }
    left -= text.length + name.length
    if (left < 0) return { args: copyOf(kept), isCut: kept.length < args.size }
  }
  return { args: copyOf(kept), isCut: false }
}

export function hideTokens(text: string): string {
  return text.replace(TOKEN, '[token]')
}

function shown(name: string, value: unknown): unknown {
  if (SECRET_NAMES.has(name)) return HIDDEN
  if (typeof value === 'string') return hideTokens(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => shown('', item))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [hideTokens(key), shown(key, item)]))
}

function copyOf(args: readonly (readonly [string, unknown])[]): ShownArgs {
  return JSON.parse(JSON.stringify(Object.fromEntries(args)))
}
