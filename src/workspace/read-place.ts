import { readText } from './read-values.ts'
import type { Spot } from './spot.ts'

/** IANA names only: the engine takes `+02:00` too, but no person lives in an offset. */
export function readTimeZone(spot: Spot): string | undefined {
  const text = readText(spot)
  if (text === undefined) return undefined
  if (!remembered(timeZones, text, isTimeZone)) return spot.problem('must be an IANA time zone such as Europe/London')
  return text
}

export function readLocale(spot: Spot): string | undefined {
  const text = readText(spot)
  if (text === undefined) return undefined
  if (!remembered(locales, text, isLocale)) return spot.problem('must be a language tag such as en-GB')
  return text
}

// Ten thousand people live in a few dozen zones, and asking the engine costs a while.
const timeZones = new Map<string, boolean>()
const locales = new Map<string, boolean>()
const REMEMBERED_MAX = 1000

function remembered(known: Map<string, boolean>, text: string, check: (text: string) => boolean): boolean {
  const before = known.get(text)
  if (before !== undefined) return before
  const valid = check(text)
  if (known.size < REMEMBERED_MAX) known.set(text, valid)
  return valid
}

let listed: ReadonlySet<string> | undefined

/** The list is quick and lacks older names; a formatter knows them all, and the first costs as much as a whole start. */
function isTimeZone(text: string): boolean {
  listed ??= new Set(Intl.supportedValuesOf('timeZone'))
  return listed.has(text) || isOlderTimeZone(text)
}

function isOlderTimeZone(text: string): boolean {
  return /^[A-Za-z]/.test(text) && doesNotThrow(() => new Intl.DateTimeFormat('en', { timeZone: text }))
}

function isLocale(text: string): boolean {
  return /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(text) && doesNotThrow(() => Intl.getCanonicalLocales(text))
}

function doesNotThrow(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}
