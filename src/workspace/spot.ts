import type { ProblemList } from './problems.ts'

/** One value of a workspace file and the way to it. Written by hand, since a schema library costs more at start than the
 * whole server may take. The path is put together only when a problem is told. */
export class Spot {
  readonly value: unknown
  readonly #problems: ProblemList
  readonly #parent: Spot | null
  readonly #key: string | number

  constructor(value: unknown, problems: ProblemList, parent: Spot | null = null, key: string | number = '') {
    this.value = value
    this.#problems = problems
    this.#parent = parent
    this.#key = key
  }

  /** The spot of a key or an index below this one. */
  at(key: string | number, value: unknown): Spot {
    return new Spot(value, this.#problems, this, key)
  }

  /** `users[3].profile.email`; empty at the top of the file. */
  get path(): string {
    if (this.#parent === null) return ''
    if (typeof this.#key === 'number') return `${this.#parent.path}[${this.#key}]`
    const key = /^[A-Za-z0-9_]{1,100}$/.test(this.#key) ? this.#key : JSON.stringify(this.#key.slice(0, 80))
    return this.#parent.path === '' ? key : `${this.#parent.path}.${key}`
  }

  /** Tells a problem of this value. Answers nothing, which is what a reader returns for a value it could not read. */
  problem(sentence: string, hint: () => string = () => ''): undefined {
    this.#problems.note(() => `${this.path === '' ? '' : `${this.path}: `}${sentence}${hint()}`)
    return undefined
  }
}
