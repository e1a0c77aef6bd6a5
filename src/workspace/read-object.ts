import { didYouMean } from '../did-you-mean.ts'
import type { Read } from './read-values.ts'
import type { Spot } from './spot.ts'

/** Reads an object key by key; afterwards every key that nobody asked for is a problem. */
export function readObject<T>(spot: Spot, read: (keys: Keys) => T): T | undefined {
  if (!isPlainObject(spot.value)) return spot.problem('must be an object')
  const keys = new Keys(spot, spot.value)
  const outcome = read(keys)
  keys.tellUnknown()
  return outcome
}

export class Keys {
  readonly spot: Spot
  readonly #object: Readonly<Record<string, unknown>>
  readonly #known = new Set<string>()

  constructor(spot: Spot, object: Readonly<Record<string, unknown>>) {
    this.spot = spot
    this.#object = object
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#object, key)
  }

  /** A key that has a default. A wrong value tells its problem and the default stands in: the file is refused anyway. */
  take<T>(key: string, read: Read<T>, otherwise: T): T {
    this.#known.add(key)
    if (!this.has(key)) return otherwise
    const value = read(this.at(key))
    return value === undefined ? otherwise : value
  }

  /** A key that has none. */
  need<T>(key: string, read: Read<T>): T | undefined {
    this.#known.add(key)
    if (this.has(key)) return read(this.at(key))
    return this.at(key).problem('is missing')
  }

  at(key: string): Spot {
    return this.spot.at(key, this.has(key) ? this.#object[key] : undefined)
  }

  tellUnknown(): void {
    for (const key of Object.keys(this.#object)) {
      if (!this.#known.has(key)) this.at(key).problem('unknown key', () => didYouMean(key, this.#known))
    }
  }
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
