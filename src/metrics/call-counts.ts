import { ERRORS } from '../domain/errors.ts'
import { OTHER } from './counts.ts'
import { Histogram, type HistogramSeen } from './histogram.ts'

export const OK = 'ok'

/** Seconds: from what memory answers to what hangs on a retry. */
const CALL_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export interface MethodSeen {
  readonly method: string
  /** By code, `ok` first. */
  readonly outcomes: ReadonlyMap<string, number>
  readonly seconds: HistogramSeen
}

/** How a call ended, in one word out of a list: of `api.test` the caller chooses the code. */
export function outcomeOf(code: string | undefined): string {
  if (code === undefined) return OK
  return Object.hasOwn(ERRORS, code) ? code : OTHER
}

/** Counts calls by method and outcome. One look into a map finds where a call is counted. */
export class CallCounts {
  readonly #byMethod = new Map<string, MethodCounts>()
  readonly #others: MethodCounts

  constructor(methods: Iterable<string>) {
    for (const method of methods) this.#byMethod.set(method, new MethodCounts())
    this.#others = new MethodCounts()
  }

  /** `code` is that of a refusal; absent: the call was answered. */
  add(method: string | undefined, code: string | undefined, milliseconds: number): void {
    const counts = this.#find(method)
    counts.count(code)
    counts.seconds.add(milliseconds / 1000)
  }

  /** Counts a refusal of what never became a call of a method. */
  addTurnedAway(code: string): void {
    this.#others.count(code)
  }

  read(): readonly MethodSeen[] {
    return [...this.#byMethod, [OTHER, this.#others] as const].map(([method, counts]) => ({
      method,
      outcomes: counts.outcomes(),
      seconds: counts.seconds.read(),
    }))
  }

  #find(method: string | undefined): MethodCounts {
    return (method === undefined ? undefined : this.#byMethod.get(method)) ?? this.#others
  }
}

class MethodCounts {
  readonly seconds = new Histogram(CALL_SECONDS)
  readonly #refused = new Map<string, number>()
  #answered = 0

  count(code: string | undefined): void {
    if (code === undefined) {
      this.#answered += 1
      return
    }
    const known = outcomeOf(code)
    this.#refused.set(known, (this.#refused.get(known) ?? 0) + 1)
  }

  outcomes(): ReadonlyMap<string, number> {
    return new Map([[OK, this.#answered], ...[...this.#refused].sort()])
  }
}
