import type { Count } from '../../../domain/limits/count.ts'
import { leaves, MINUTE_MS, type Use } from '../../../domain/limits/counters.ts'
import type { LimitKey, LimitRow } from './rows.ts'

/** What is known of all counts of one holder. */
export interface Known {
  /** When its bucket is full again. */
  bucket?: number
  /** The times of each window, by what its key has beyond that of the holder. */
  readonly calls: Map<string, number[]>
  distinct?: Use[]
}

/** Windows of one row; those that were used longest ago are forgotten. By what it is let pass, no token uses as many in
 * a minute: it gets so far only while limits are off. */
export const WINDOWS_PER_ROW_MAX = 64

/** The key of a count's row: a token's windows are in one, and so is its bucket where it has one for itself. */
export function rowKeyOf(count: Count): string {
  return count.kind === 'calls' ? count.holder : count.key
}

/** In the body of a row, times are told in milliseconds before it lapses. */
interface Body {
  readonly bucket?: number
  readonly calls?: readonly (readonly [name: string, times: readonly number[]])[]
  readonly distinct?: readonly (readonly [member: string, at: number])[]
}

export function fromRow({ body, validUntil }: LimitRow, now: number): Known {
  const { bucket, calls = [], distinct }: Body = JSON.parse(body)
  const known: Known = { calls: new Map() }
  const timeOf = (before: number) => validUntil - before
  // Written before the clock was set back: it would shut everybody out until the clock has caught up.
  const isStray = (lapse: number) => lapse > now + 2 * MINUTE_MS
  if (bucket !== undefined && !isStray(timeOf(bucket))) known.bucket = timeOf(bucket)
  for (const [name, befores] of calls) {
    const times = befores.map(timeOf)
    if (!isStray(leaves(times.at(-1)))) known.calls.set(name, times)
  }
  const uses = distinct?.map(([member, before]) => ({ member, at: timeOf(before) }))
  if (uses !== undefined && !isStray(leaves(uses.at(-1)?.at))) known.distinct = uses
  return known
}

/** Without what has lapsed. */
export function toRow({ teamId, key }: LimitKey, { bucket = 0, calls, distinct = [] }: Known, now: number): LimitRow {
  const windows = newestOf(calls, now)
  const uses = distinct.filter(({ at }) => leaves(at) > now)
  const lapses = [bucket, leaves(uses.at(-1)?.at), ...windows.map(([, times]) => leaves(times.at(-1)))]
  const validUntil = Math.ceil(Math.max(...lapses))
  const before = (time: number) => validUntil - time
  const body: Body = {
    ...(bucket > now && { bucket: before(bucket) }),
    ...(windows.length > 0 && { calls: windows.map(([name, times]) => [name, times.map(before)]) }),
    ...(uses.length > 0 && { distinct: uses.map(({ member, at }) => [member, before(at)]) }),
  }
  return { teamId, key, body: JSON.stringify(body), validUntil }
}

type Window = readonly [name: string, times: readonly number[]]

function newestOf(calls: Known['calls'], now: number): readonly Window[] {
  const windows: Window[] = []
  for (const [name, times] of calls) {
    const present = times.filter((at) => leaves(at) > now)
    if (present.length > 0) windows.push([name, present])
  }
  if (windows.length <= WINDOWS_PER_ROW_MAX) return windows
  return windows.sort(([, one], [, other]) => leaves(other.at(-1)) - leaves(one.at(-1))).slice(0, WINDOWS_PER_ROW_MAX)
}
