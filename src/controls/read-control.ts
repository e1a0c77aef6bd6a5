import { ProblemList } from '../workspace/problems.ts'
import { type Keys, readObject } from '../workspace/read-object.ts'
import type { Read } from '../workspace/read-values.ts'
import { Spot } from '../workspace/spot.ts'
import { ControlRefusal } from './control-refusal.ts'

/** Reads what a control was sent, with every mistake in it named, or refuses it as a whole. */
export function readControl<T>(value: unknown, read: (keys: Keys) => T): T | ControlRefusal {
  const problems = new ProblemList()
  const outcome = readObject(new Spot(value, problems), read)
  if (problems.count === 0 && outcome !== undefined) return outcome
  return new ControlRefusal(400, 'invalid_arguments', problems.problems.join('; '))
}

/** A key that may be absent. */
export function maybe<T>(keys: Keys, name: string, read: Read<T>): T | undefined {
  return keys.take<T | undefined>(name, read, undefined)
}

export function wholeNumber(min: number, max: number): Read<number> {
  return (spot) => {
    const { value } = spot
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number
    return spot.problem(`must be a whole number from ${min} to ${max}`)
  }
}
