/** A cache of bounded size that forgets what was not used lately. It keeps two generations, each of half the size:
 * what is used moves to the young one, and when that is full the old one is dropped. A hit costs one look-up. */
export class BoundedCache<Value, Key = string> {
  readonly #entriesMax: number
  readonly #weightMax: number
  readonly #newGeneration: () => Generation<Key, Entry<Value>>
  #young: Generation<Key, Entry<Value>>
  #old: Generation<Key, Entry<Value>>
  #youngWeight = 0

  constructor(
    entriesMax: number,
    weightMax: number = Number.POSITIVE_INFINITY,
    newGeneration: () => Generation<Key, Entry<Value>> = () => new Map(),
  ) {
    this.#entriesMax = Math.max(1, Math.floor(entriesMax / 2))
    this.#weightMax = weightMax / 2
    this.#newGeneration = newGeneration
    this.#young = newGeneration()
    this.#old = newGeneration()
  }

  get(key: Key): Value | undefined {
    const entry = this.#young.get(key)
    if (entry !== undefined) return entry.value

    const aged = this.#old.get(key)
    if (aged === undefined) return undefined
    this.set(key, aged.value, aged.weight)
    return aged.value
  }

  set(key: Key, value: Value, weight = 1): void {
    this.#youngWeight += weight - (this.#young.get(key)?.weight ?? 0)
    this.#young.set(key, { value, weight })
    this.#old.delete(key)
    if (this.#young.size >= this.#entriesMax || this.#youngWeight >= this.#weightMax) this.#age()
  }

  delete(key: Key): void {
    this.#youngWeight -= this.#young.get(key)?.weight ?? 0
    this.#young.delete(key)
    this.#old.delete(key)
  }

  clear(): void {
    this.#age()
    this.#age()
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  #age(): void {
    this.#old = this.#young
    this.#young = this.#newGeneration()
    this.#youngWeight = 0
  }
}

/** A `Map`, or what is quicker for such keys. */
interface Generation<Key, Value> {
  readonly size: number
  get(key: Key): Value | undefined
  set(key: Key, value: Value): unknown
  delete(key: Key): unknown
}

interface Entry<Value> {
  readonly value: Value
  readonly weight: number
}
