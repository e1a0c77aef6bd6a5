/** Stands for every word that is not known: what comes from outside must not make new series. */
export const OTHER = 'other'

export interface Counted<Kind extends string> {
  readonly kind: Kind
  readonly outcome: string
  readonly count: number
}

/** Counts outcomes by kind. All that are known stand at 0 from the start, so that a first failure is seen as a rise. */
export class Counts<Kind extends string> {
  readonly #byKind: ReadonlyMap<Kind, Map<string, number>>

  constructor(known: Readonly<Record<Kind, readonly string[]>>) {
    const kinds = Object.entries(known) as [Kind, readonly string[]][]
    this.#byKind = new Map(kinds.map(([kind, outcomes]) => [kind, new Map(outcomes.map((outcome) => [outcome, 0]))]))
  }

  add(kind: Kind, outcome: string): void {
    const counts = this.#byKind.get(kind)
    if (counts === undefined) return
    const known = counts.has(outcome) ? outcome : OTHER
    counts.set(known, (counts.get(known) ?? 0) + 1)
  }

  read(): readonly Counted<Kind>[] {
    return [...this.#byKind].flatMap(([kind, counts]) =>
      [...counts].map(([outcome, count]) => ({ kind, outcome, count })),
    )
  }
}
