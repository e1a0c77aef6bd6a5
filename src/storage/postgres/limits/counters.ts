import type { Count } from '../../../domain/limits/count.ts'
import { type Counters, type Kept, leaves, MINUTE_MS, type Use } from '../../../domain/limits/counters.ts'
import type { LimitKey, LimitRow } from './rows.ts'

/** The rows of some counts, as the rules see them, and what the rules have made of them. */
export interface LoadedCounters extends Counters {
  /** The time of the newest call under any of the counts, as far as it is known; 0 where none is. */
  newestOf(counts: readonly Count[]): number
  /** What is to be written. */
  changed(): readonly LimitRow[]
}

/** `now` is about the present. */
export function loadCounters(counts: readonly Count[], rows: readonly LimitRow[], now: number): LoadedCounters {
  const found = new Map(rows.map((row) => [row.key, row]))
  const keys = new Map(counts.map((count) => [rowKey(count.kind, count.key), count.teamId]))
  const bodyOf = (key: string) => {
    const row = found.get(key)
    // Written before the clock was set back: it would shut everybody out until the clock has caught up.
    return row === undefined || row.validUntil > now + 2 * MINUTE_MS ? '' : row.body
  }
  const buckets = keptOf<number>('bucket', bodyOf, (fullAt) => fullAt)
  const calls = keptOf<number[]>('calls', bodyOf, (times) => leaves(times.at(-1)))
  const distinct = keptOf<Use[]>('distinct', bodyOf, (uses) => leaves(uses.at(-1)?.at))
  const of = { bucket: buckets, calls, distinct }

  return {
    buckets,
    calls,
    distinct,
    newestOf: (wanted) => Math.max(0, ...wanted.map(({ kind, key }) => of[kind].validUntil(key) - MINUTE_MS)),
    changed: () =>
      [buckets, calls, distinct].flatMap((kept) =>
        kept.changed().map((row) => ({ ...row, teamId: keys.get(row.key) ?? '' })),
      ),
  }
}

/** The rows of the counts, each once. */
export function rowKeysOf(counts: readonly Count[]): readonly LimitKey[] {
  const keys = new Map<string, LimitKey>()
  for (const { kind, teamId, key } of counts) {
    const named = rowKey(kind, key)
    keys.set(named, { teamId, key: named })
  }
  return [...keys.values()]
}

function rowKey(kind: Count['kind'], key: string): string {
  return `${kind} ${key}`
}

interface LoadedKept<Value> extends Kept<Value> {
  validUntil(key: string): number
  changed(): readonly Omit<LimitRow, 'teamId'>[]
}

function keptOf<Value>(
  kind: Count['kind'],
  bodyOf: (key: string) => string,
  validUntilOf: (value: Value) => number,
): LoadedKept<Value> {
  const values = new Map<string, Value | undefined>()
  const written = new Set<string>()
  const get = (key: string): Value | undefined => {
    if (values.has(key)) return values.get(key)
    const body = bodyOf(rowKey(kind, key))
    const value = body === '' ? undefined : (JSON.parse(body) as Value)
    values.set(key, value)
    return value
  }
  const validUntil = (key: string): number => {
    const value = get(key)
    return value === undefined ? 0 : validUntilOf(value)
  }

  return {
    get,
    set: (key, value) => {
      values.set(key, value)
      written.add(key)
    },
    validUntil,
    changed: () =>
      [...written].map((key) => ({
        key: rowKey(kind, key),
        body: JSON.stringify(get(key)),
        validUntil: Math.ceil(validUntil(key)),
      })),
  }
}
