import type { Undelivered } from '../storage/store.ts'
import { ATTEMPTS_MAX } from './retry-schedule.ts'

/** What one app is yet to be told again, in the order of when. What is given up stands in the store alone. */
export class Backlog {
  /** By the number of attempts, each line in order of time: those who failed equally often wait equally long. */
  readonly #lines: readonly Map<string, Undelivered>[] = Array.from({ length: ATTEMPTS_MAX }, () => new Map())

  get size(): number {
    return this.#lines.reduce((size, line) => size + line.size, 0)
  }

  put(row: Undelivered): void {
    this.remove(row.id)
    const line = this.#lines[Math.min(row.attempts, ATTEMPTS_MAX) - 1]
    if (line === undefined) return
    // An attempt that hung ends after those that began later, and its retry comes before theirs.
    const later = [...line.values()].filter((other) => timeOf(other) > timeOf(row))
    for (const next of [row, ...later]) {
      line.delete(next.id)
      line.set(next.id, next)
    }
  }

  remove(id: string): void {
    for (const line of this.#lines) line.delete(id)
  }

  get(id: string): Undelivered | undefined {
    return this.#lines.map((line) => line.get(id)).find((row) => row !== undefined)
  }

  /** The one whose turn comes first. */
  next(): Undelivered | undefined {
    let first: Undelivered | undefined
    for (const line of this.#lines) {
      const [head] = line.values()
      if (head !== undefined && (first === undefined || timeOf(head) < timeOf(first))) first = head
    }
    return first
  }
}

function timeOf({ nextAt }: Undelivered): number {
  return nextAt ?? Number.POSITIVE_INFINITY
}
