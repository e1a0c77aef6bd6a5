/** What is wrong with a workspace file, a sentence each, with its place. */
export interface Problems {
  readonly problems: readonly string[]
  /** How many were found in all; the list is bounded. */
  readonly count: number
}

export const PROBLEMS_LISTED_MAX = 50

/** Collects problems while a file is read, so that a person can mend them all at once. */
export class ProblemList implements Problems {
  readonly problems: string[] = []
  count = 0

  add(path: string, sentence: string): void {
    this.note(() => (path === '' ? sentence : `${path}: ${sentence}`))
  }

  /** The words are put together only while they are listed: there may be very many problems, and a hint takes its time. */
  note(words: () => string): void {
    this.count++
    if (this.problems.length < PROBLEMS_LISTED_MAX) this.problems.push(words())
  }
}

export function areProblems(outcome: object): outcome is Problems {
  return 'problems' in outcome
}
