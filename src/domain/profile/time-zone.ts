/** What a time zone is called at a moment, and how far it is from UTC. */
export interface ZoneTime {
  /** `Pacific Daylight Time`: it follows daylight saving. */
  readonly label: string
  /** Seconds east of UTC. */
  readonly offset: number
}

/** Clocks are changed at quarter hours of UTC (Lord Howe Island's at half past), so an answer holds for one. */
const QUARTER_MS = 15 * 60_000
/** More than there are zones; a store filled with invented ones cannot make the cache grow. */
const ZONES_CACHED_MAX = 1_000

const UTC: ZoneTime = { label: 'Coordinated Universal Time', offset: 0 }
const known = new Map<string, ZoneTime & { readonly quarter: number }>()

/** The number of the quarter hour that a moment (Unix milliseconds) lies in: what zones are called holds for as long. */
export function quarterOf(now: number): number {
  return Math.floor(now / QUARTER_MS)
}

/** Never throws: an unknown zone reads as UTC. */
export function zoneTimeAt(tz: string, now: number): ZoneTime {
  const quarter = quarterOf(now)
  const cached = known.get(tz)
  if (cached?.quarter === quarter) return cached

  const { label, offset } = look(tz, now)
  const found = { label, offset, quarter }
  if (known.size >= ZONES_CACHED_MAX) known.clear()
  known.set(tz, found)
  return found
}

/** Formatters are not kept: one weighs tens of kilobytes, and a zone needs its two for a moment every quarter hour. */
function look(tz: string, now: number): ZoneTime {
  try {
    return { label: zoneName(tz, now, 'long'), offset: secondsOf(zoneName(tz, now, 'longOffset')) }
  } catch (error) {
    if (error instanceof RangeError) return UTC
    throw error
  }
}

function zoneName(tz: string, now: number, timeZoneName: 'long' | 'longOffset'): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: tz, timeZoneName }).formatToParts(now)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? ''
}

/** Reads `GMT-07:00`; plain `GMT` is zero. */
function secondsOf(offset: string): number {
  const [, sign, hours, minutes, seconds] = /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(offset) ?? []
  if (sign === undefined) return 0
  const distance = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0)
  return sign === '-' ? -distance : distance
}
