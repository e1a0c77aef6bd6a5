/** So many may work at once; the others wait for their turn. */
export class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(max: number) {
    this.#free = max
  }

  get free(): number {
    return this.#free
  }

  /** Whether there was one. */
  takeNow(): boolean {
    if (this.#free === 0) return false
    this.#free -= 1
    return true
  }

  async take(): Promise<void> {
    if (this.takeNow()) return
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Gives one back. Who is asked `first` may take it before those who wait. */
  release(first: () => void): void {
    this.#free += 1
    first()
    while (this.#free > 0) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#free -= 1
      next()
    }
  }
}
