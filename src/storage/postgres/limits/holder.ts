import type { Count } from '../../../domain/limits/count.ts'
import { leaves, MINUTE_MS, type Use } from '../../../domain/limits/counters.ts'
import type { LimitKey, LimitRow } from './rows.ts'

/** What is known of a count, by its kind. */
export interface Values {
  bucket: number
  calls: number[]
  distinct: Use[]
}

export type Kind = keyof Values

/** What is known of all counts of one holder, by their keys. */
export type Known = { readonly [K in Kind]: Map<string, Values[K]> }

/** Windows of one row; those that were used longest ago are forgotten. By what it is let pass, no token uses as many in
 * a minute: it gets so far only while limits are off. */
export const WINDOWS_PER_ROW_MAX = 64

/** When the count has no say any more. */
export const LAPSES: { readonly [K in Kind]: (value: Values[K]) => number } = {
  bucket: (fullAt) => fullAt,
  calls: (times) => leaves(times.at(-1)),
  distinct: (uses) => leaves(uses.at(-1)?.at),
}

/** The row of a count: a token's windows are in one, and so is its bucket where it has one for itself. */
export function rowKeyOf(count: Count): LimitKey {
  return { teamId: count.teamId, key: count.kind === 'calls' ? count.holder : count.key }
}

/** In the body of a row, times are told in milliseconds before it lapses, and keys without that of the row. */
interface Body {
  readonly bucket?: number
  readonly calls?: readonly (readonly [key: string, times: readonly number[]])[]
  readonly distinct?: readonly (readonly [member: string, at: number])[]
}

export function fromRow(row: LimitRow | undefined, now: number): Known {
  const known: Known = { bucket: new Map(), calls: new Map(), distinct: new Map() }
  if (row === undefined) return known
  const { key, validUntil } = row
  const { bucket, calls = [], distinct = [] }: Body = JSON.parse(row.body)
  const keep = <K extends Kind>(kind: K, name: string, value: Values[K]) => {
    // Written before the clock was set back: it would shut everybody out until the clock has caught up.
    if (LAPSES[kind](value) <= now + 2 * MINUTE_MS) known[kind].set(name, value)
  }
  const timeOf = (before: number) => validUntil - before
  const uses = distinct.map(([member, at]) => ({ member, at: timeOf(at) }))
  if (bucket !== undefined) keep('bucket', key, timeOf(bucket))
  if (uses.length > 0) keep('distinct', key, uses)
  for (const [name, times] of calls) keep('calls', key + name, times.map(timeOf))
  return known
}

/** Without what has lapsed. */
export function toRow({ teamId, key }: LimitKey, known: Known, now: number): LimitRow {
  const isOfNow = (at: number) => leaves(at) > now
  const bucket = known.bucket.get(key) ?? 0
  const windows = newestOf(known.calls, now).map(([name, times]) => [name, times.filter(isOfNow)] as const)
  const uses = (known.distinct.get(key) ?? []).filter(({ at }) => isOfNow(at))
  const lapses = [bucket, LAPSES.distinct(uses), ...windows.map(([, times]) => LAPSES.calls(times))]
  const validUntil = Math.ceil(Math.max(...lapses))
  const before = (time: number) => validUntil - time
  const body: Body = {
    ...(bucket > now && { bucket: before(bucket) }),
    ...(windows.length > 0 && { calls: windows.map(([name, times]) => [name.slice(key.length), times.map(before)]) }),
    ...(uses.length > 0 && { distinct: uses.map(({ member, at }) => [member, before(at)]) }),
  }
  return { teamId, key, body: JSON.stringify(body), validUntil }
}

function newestOf(calls: Known['calls'], now: number): readonly (readonly [string, number[]])[] {
  const windows = [...calls].filter(([, times]) => LAPSES.calls(times) > now)
  if (windows.length <= WINDOWS_PER_ROW_MAX) return windows
  return windows.sort(([, one], [, other]) => LAPSES.calls(other) - LAPSES.calls(one)).slice(0, WINDOWS_PER_ROW_MAX)
}
