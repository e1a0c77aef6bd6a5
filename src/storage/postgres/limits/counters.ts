import type { Count } from '../../../domain/limits/count.ts'
import { type Counters, type Kept, MINUTE_MS } from '../../../domain/limits/counters.ts'
import { fromRow, type Kind, type Known, LAPSES, rowKeyOf, toRow, type Values } from './holder.ts'
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
  const found = new Map(rows.map((row) => [row.key, row]))
  const loaded = new Map<string, LoadedRow>()
  const of = { bucket: new KeptRows('bucket'), calls: new KeptRows('calls'), distinct: new KeptRows('distinct') }
  for (const count of counts) {
    const rowKey = rowKeyOf(count)
    let row = loaded.get(rowKey.key)
    if (row === undefined) {
      const present = found.get(rowKey.key)
      row = { rowKey, known: fromRow(present, now), isNew: present === undefined, isChanged: false }
      loaded.set(rowKey.key, row)
    }
    of[count.kind].add(count.key, row)
  }

  return {
    buckets: of.bucket,
    calls: of.calls,
    distinct: of.distinct,
    newestOf: (wanted) => Math.max(0, ...wanted.map(({ kind, key }) => of[kind].lapseOf(key) - MINUTE_MS)),
    changed: () =>
      [...loaded.values()]
        .filter(({ isChanged }) => isChanged)
        .map(({ rowKey, known, isNew }) => ({ ...toRow(rowKey, known, now), isNew })),
  }
}

/** The rows of the counts, each once. */
export function rowKeysOf(counts: readonly Count[]): readonly LimitKey[] {
  const keys = new Map<string, LimitKey>()
  for (const count of counts) {
    const rowKey = rowKeyOf(count)
    keys.set(rowKey.key, rowKey)
  }
  return [...keys.values()]
}

interface LoadedRow {
  readonly rowKey: LimitKey
  readonly known: Known
  readonly isNew: boolean
  isChanged: boolean
}

class KeptRows<K extends Kind> implements Kept<Values[K]> {
  readonly #kind: K
  readonly #rows = new Map<string, LoadedRow>()

  constructor(kind: K) {
    this.#kind = kind
  }

  add(key: string, row: LoadedRow): void {
    this.#rows.set(key, row)
  }

  get(key: string): Values[K] | undefined {
    return this.#rows.get(key)?.known[this.#kind].get(key)
  }

  set(key: string, value: Values[K]): void {
    const row = this.#rows.get(key)
    if (row === undefined) return
    row.known[this.#kind].set(key, value)
    row.isChanged = true
  }

  lapseOf(key: string): number {
    const value = this.get(key)
    return value === undefined ? 0 : LAPSES[this.#kind](value)
  }
}
