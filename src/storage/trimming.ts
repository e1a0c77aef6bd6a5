import { MAIL_READER } from '../domain/event.ts'
import type { Old } from './store.ts'

/** What is removed from the beginning of a team's log. */
export interface Trimmed extends Old {
  /** Of the last entry, which stays. */
  readonly end: number
  /** Of the last entry that nobody has still to read or to try. */
  readonly passed: number
}

/** How far a reader of a team's log has come. */
export interface Place {
  readonly reader: string
  readonly seq: number
}

/** All for whom something may be kept undelivered: who sends mails has no place. */
export function readersOf(places: readonly Place[]): readonly string[] {
  return [...places.map(({ reader }) => reader), MAIL_READER]
}

export function passedOf(end: number, places: readonly Place[], firstWaiting: number = end): number {
  return Math.min(end, firstWaiting - 1, ...places.map(({ seq }) => seq))
}
