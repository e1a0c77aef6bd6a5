import type { Target } from '../profile-fields.ts'

export interface Difference {
  readonly target: Target
  readonly before: string
  readonly after: string
}

/** What became of one row. */
export interface Outcome {
  readonly row: number
  /** The id where it is known, else what the file says. */
  readonly user: string
  readonly outcome: 'changed' | 'would_change' | 'unchanged' | 'done_before' | 'failed' | 'not_reached'
  readonly changes: readonly Difference[]
  readonly error: string | null
}

export const OUTCOMES = ['changed', 'would_change', 'unchanged', 'done_before', 'failed', 'not_reached'] as const
