import type { Terminal } from '../terminal.ts'
import { quote, visible } from '../visible.ts'
import type { Difference, Outcome } from './outcome.ts'
import { countOf, type Summary } from './report.ts'

/** One person's changes: old and new, value by value. */
export function tellDifferences(row: number, user: string, differences: readonly Difference[]): string {
  const lines = differences.map(({ target, before, after }) => {
    const name = target.label === target.key ? target.key : `${target.key} (${visible(target.label)})`
    return `  ${name}: ${quote(before)} -> ${quote(after)}`
  })
  return `${[`row ${row}: ${visible(user)}`, ...lines].join('\n')}\n`
}

export function tellFailures(outcomes: readonly Outcome[], terminal: Terminal): void {
  for (const { row, user, outcome, error } of outcomes) {
    if (outcome === 'failed') terminal.error(`row ${row}: ${visible(user)}: ${error}\n`)
  }
}

const WORDS = [
  ['changed', 'changed'],
  ['would_change', 'would change'],
  ['unchanged', 'as they should be'],
  ['done_before', 'done by an earlier run'],
  ['failed', 'failed'],
  ['not_reached', 'not reached'],
] as const

export function tellSummary({ outcomes, isInterrupted }: Summary): string {
  const parts = WORDS.flatMap(([kind, words]) => {
    const count = countOf(outcomes, kind)
    return count === 0 ? [] : [`${count} ${words}`]
  })
  const nothing = outcomes.every(({ outcome }) => outcome === 'unchanged' || outcome === 'done_before')
  const people = `${outcomes.length} ${outcomes.length === 1 ? 'person' : 'people'}`
  const end = isInterrupted ? '\nInterrupted. The same command goes on where it stopped.' : ''
  return `${people}: ${parts.join(', ')}.${nothing ? ' Nothing to do.' : ''}${end}\n`
}
