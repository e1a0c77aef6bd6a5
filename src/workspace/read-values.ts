import { didYouMean } from '../did-you-mean.ts'
import type { Spot } from './spot.ts'

/** Reads a value, or tells what is wrong with it and returns nothing. */
export type Read<T> = (spot: Spot) => T | undefined

export const TEXT_LENGTH_MAX = 1000

export function readText(spot: Spot): string | undefined {
  if (typeof spot.value !== 'string') return spot.problem('must be text')
  if (spot.value.length > TEXT_LENGTH_MAX) return spot.problem(`is longer than ${TEXT_LENGTH_MAX} characters`)
  if (/\0/.test(spot.value) || !spot.value.isWellFormed()) return spot.problem('has characters that cannot be stored')
  return spot.value
}

export function readFilledText(spot: Spot): string | undefined {
  return spot.value === '' ? spot.problem('must not be empty') : readText(spot)
}

export function readBoolean(spot: Spot): boolean | undefined {
  return typeof spot.value === 'boolean' ? spot.value : spot.problem('must be true or false')
}

export function readWholeNumber(spot: Spot): number | undefined {
  if (Number.isSafeInteger(spot.value) && (spot.value as number) >= 0) return spot.value as number
  return spot.problem('must be a whole number, 0 or more')
}

export function readHttpUrl(spot: Spot): string | undefined {
  const text = readText(spot)
  if (text === undefined) return undefined
  const protocol = URL.canParse(text) ? new URL(text).protocol : ''
  return protocol === 'http:' || protocol === 'https:' ? text : spot.problem('must be an http or https URL')
}

export function oneOf<T extends string>(choices: readonly T[]): Read<T> {
  return (spot) => {
    const choice = choices.find((known) => known === spot.value)
    if (choice !== undefined) return choice
    const { value } = spot
    const hint = () => (typeof value === 'string' ? didYouMean(value, choices) : '')
    return spot.problem(`must be one of ${choices.map((known) => `"${known}"`).join(', ')}`, hint)
  }
}

export function orNull<T>(read: Read<T>): Read<T | null> {
  return (spot) => (spot.value === null ? null : read(spot))
}

/** An id, by its own parser. */
export function readId<T extends string>(parse: (text: string) => T | undefined, example: string): Read<T> {
  return (spot) => {
    const id = typeof spot.value === 'string' ? parse(spot.value) : undefined
    return id ?? spot.problem(`must be an id such as ${example}`)
  }
}

/** Every item that could be read; those that could not have told why. */
export function listOf<T>(read: Read<T>): Read<T[]> {
  return (spot) => {
    if (!Array.isArray(spot.value)) return spot.problem('must be an array')
    const items: T[] = []
    for (const [index, value] of spot.value.entries()) {
      const item = read(spot.at(index, value))
      if (item !== undefined) items.push(item)
    }
    return items
  }
}

/** A list that is no longer; a longer one is not looked into. */
export function atMost<T>(itemsMax: number, read: Read<T[]>): Read<T[]> {
  return (spot) => {
    if (!Array.isArray(spot.value) || spot.value.length <= itemsMax) return read(spot)
    return spot.problem(`has more than ${itemsMax} entries`)
  }
}

/** Tells of a value that stands twice where each may stand once. */
export class Unique {
  readonly #seen = new Map<string, Spot>()

  /** Whether it stands here for the first time. */
  check(spot: Spot, value: string, isSaidAs = 'is the same as'): boolean {
    const first = this.#seen.get(value)
    if (first === undefined) this.#seen.set(value, spot)
    else spot.problem(`${isSaidAs} ${first.path}`)
    return first === undefined
  }
}
