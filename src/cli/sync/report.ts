import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { CannotStart } from '../cannot-start.ts'
import { OUTCOMES, type Outcome } from './outcome.ts'

export interface Summary {
  readonly outcomes: readonly Outcome[]
  readonly isDryRun: boolean
  readonly isInterrupted: boolean
}

/** The stable shape of --json and of reports in JSON. */
export function reportAsJson({ outcomes, isDryRun, isInterrupted }: Summary): object {
  const counts = Object.fromEntries(OUTCOMES.map((kind) => [kind, countOf(outcomes, kind)]))
  return {
    dry_run: isDryRun,
    interrupted: isInterrupted,
    people: outcomes.length,
    ...counts,
    rows: outcomes.map(({ row, user, outcome, changes, error }) => ({
      row,
      user,
      outcome,
      changes: changes.map(({ target, before, after }) => ({ key: target.key, label: target.label, before, after })),
      error,
    })),
  }
}

export function countOf(outcomes: readonly Outcome[], kind: Outcome['outcome']): number {
  return outcomes.reduce((count, { outcome }) => (outcome === kind ? count + 1 : count), 0)
}

export function reportAsCsv({ outcomes }: Summary): string {
  const lines = outcomes.map(({ row, user, outcome, changes, error }) => {
    const told = changes.map(({ target, before, after }) => `${target.key}: ${before} -> ${after}`).join('\n')
    return [String(row), user, outcome, told, error ?? ''].map(cell).join(',')
  })
  return `${['row,user,outcome,changes,error', ...lines].join('\r\n')}\r\n`
}

/** A spreadsheet would carry out a text that begins like a formula. https://owasp.org/www-community/attacks/CSV_Injection */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Whole or not at all, and for nobody else's eyes: it holds people's data. */
export function writeReport(path: string, summary: Summary): void {
  const text = path.endsWith('.json') ? `${JSON.stringify(reportAsJson(summary), null, 2)}\n` : reportAsCsv(summary)
  const draft = `${path}.${process.pid}.part`
  try {
    writeFileSync(draft, text, { mode: 0o600 })
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw new CannotStart(
      `The report ${path} cannot be written: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}.`,
    )
  }
}
