import type { Spot } from '../workspace/spot.ts'
import type { ControlRefusal } from './control-refusal.ts'
import { maybe, readControl } from './read-control.ts'

/** The longest list that is kept and answered. */
export const ENTRIES_MAX = 10_000
const ID_LENGTH_MAX = 200

/** Which part of a list is asked for. */
export interface Page {
  readonly limit: number
  /** Id of an entry. */
  readonly after: string | undefined
}

export function readPage(query: unknown): Page | ControlRefusal {
  return readControl(query, (keys) => ({
    limit: keys.take('limit', readLimit, ENTRIES_MAX),
    after: maybe(keys, 'after', readEntryId),
  }))
}

/** What came after the named entry, or everything where it is gone; of that the newest. */
export function pageOf<T>(entries: readonly T[], { limit, after }: Page, idOf: (entry: T) => string): T[] {
  const place = after === undefined ? -1 : entries.findIndex((entry) => idOf(entry) === after)
  return entries.slice(Math.max(place + 1, entries.length - limit))
}

function readLimit(spot: Spot): number | undefined {
  const limit = /^\d{1,6}$/.test(String(spot.value)) ? Number(spot.value) : 0
  return limit >= 1 && limit <= ENTRIES_MAX ? limit : spot.problem(`must be a whole number from 1 to ${ENTRIES_MAX}`)
}

function readEntryId(spot: Spot): string | undefined {
  const { value } = spot
  if (typeof value === 'string' && value !== '' && value.length <= ID_LENGTH_MAX) return value
  return spot.problem('must be the id of an entry')
}
