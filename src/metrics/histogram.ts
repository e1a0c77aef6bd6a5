/** What a histogram holds: how many values were at most each bound, then all of them. */
export interface HistogramSeen {
  readonly bounds: readonly number[]
  /** One more than there are bounds; each holds the ones before it too. */
  readonly counts: readonly number[]
  readonly sum: number
}

/** Counts values in plain numbers: what is counted with every call has to cost next to nothing. */
export class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0

  /** `bounds` rise. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Array<number>(bounds.length + 1).fill(0)
  }

  add(value: number): void {
    const bounds = this.#bounds
    let at = 0
    while (at < bounds.length && value > (bounds[at] as number)) at += 1
    this.#counts[at] = (this.#counts[at] as number) + 1
    this.#sum += value
  }

  read(): HistogramSeen {
    let total = 0
    const counts = this.#counts.map((count) => {
      total += count
      return total
    })
    return { bounds: this.#bounds, counts, sum: this.#sum }
  }
}
