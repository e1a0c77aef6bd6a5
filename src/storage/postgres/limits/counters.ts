import assert from 'node:assert'
import type { Count } from '../../../domain/limits/count.ts'
import { type Counters, MINUTE_MS } from '../../../domain/limits/counters.ts'
import { fromRow, type Known, rowKeyOf, toRow } from './holder.ts'
import type { ChangedRow, LimitKey, LimitRow } from './rows.ts'

/** The rows of some counts, as the rules see them, and what the rules have made of them. */
export interface LoadedCounters extends Counters {
  /** The time of the newest call under any of the counts, as far as it is known; 0 where none is. */
  newestOf(counts: readonly Count[]): number
  /** What is to be written. */
  changed(): readonly ChangedRow[]
}

/** `now` is about the present. */
export function loadCounters(counts: readonly Count[], rows: readonly LimitRow[], now: number): LoadedCounters {
  const loaded = loadRows(counts, rows, now)
  const windows = findWindows(counts, loaded)
  const buckets: Counters['buckets'] = {
    get: (key) => loaded.get(key)?.known.bucket,
    set: (key, fullAt) => {
      change(loaded.get(key)).bucket = fullAt
    },
  }
  const calls: Counters['calls'] = {
    get: (key) => {
      const window = windows.get(key)
      return window?.row.known.calls.get(window.name)
    },
    set: (key, times) => {
      const window = windows.get(key)
      change(window?.row).calls.set(window?.name ?? '', times)
    },
  }
  const distinct: Counters['distinct'] = {
    get: (key) => loaded.get(key)?.known.distinct,
    set: (key, uses) => {
      change(loaded.get(key)).distinct = uses
    },
  }
  const newestOf = (count: Count): number => {
    if (count.kind === 'bucket') return (buckets.get(count.key, now) ?? 0) - MINUTE_MS
    if (count.kind === 'calls') return calls.get(count.key, now)?.at(-1) ?? 0
    return distinct.get(count.key, now)?.at(-1)?.at ?? 0
  }

  return {
    ...{ buckets, calls, distinct },
    newestOf: (wanted) => wanted.reduce((newest, count) => Math.max(newest, newestOf(count)), 0),
    changed: () => {
      const changed = [...loaded.values()].filter(({ isChanged }) => isChanged)
      return changed.map(({ rowKey, known, isNew }) => ({ ...toRow(rowKey, known, now), isNew }))
    },
  }
}

/** The rows of the counts, each once. */
export function rowKeysOf(counts: readonly Count[]): readonly LimitKey[] {
  const keys = new Map<string, LimitKey>()
  for (const count of counts) {
    const key = rowKeyOf(count)
    if (!keys.has(key)) keys.set(key, { teamId: count.teamId, key })
  }
  return [...keys.values()]
}

interface LoadedRow {
  readonly rowKey: LimitKey
  readonly known: Known
  readonly isNew: boolean
  isChanged: boolean
}

/** Those that were found, and what will become new ones. */
function loadRows(counts: readonly Count[], rows: readonly LimitRow[], now: number): ReadonlyMap<string, LoadedRow> {
  const loaded = new Map<string, LoadedRow>()
  for (const row of rows) {
    loaded.set(row.key, { rowKey: row, known: fromRow(row, now), isNew: false, isChanged: false })
  }
  for (const rowKey of rowKeysOf(counts)) {
    if (loaded.has(rowKey.key)) continue
    loaded.set(rowKey.key, { rowKey, known: { calls: new Map() }, isNew: true, isChanged: false })
  }
  return loaded
}

interface LoadedWindow {
  readonly row: LoadedRow
  /** What the key of the count has beyond that of the row. */
  readonly name: string
}

/** By the keys of their counts. */
function findWindows(
  counts: readonly Count[],
  loaded: ReadonlyMap<string, LoadedRow>,
): ReadonlyMap<string, LoadedWindow> {
  const windows = new Map<string, LoadedWindow>()
  for (const count of counts) {
    if (count.kind !== 'calls' || windows.has(count.key)) continue
    const row = loaded.get(count.holder)
    if (row !== undefined) windows.set(count.key, { row, name: count.key.slice(count.holder.length) })
  }
  return windows
}

function change(row: LoadedRow | undefined): Known {
  assert(row, 'A count is changed that was not loaded.')
  row.isChanged = true
  return row.known
}
