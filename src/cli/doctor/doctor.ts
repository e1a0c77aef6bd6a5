import type { Doctor } from '../operator-command.ts'
import type { Terminal } from '../terminal.ts'
import { type Finding, look } from './finding.ts'
import { lookAtMachine, lookAtSqlite } from './machine.ts'

/** Looks at everything that a server depends on, changes nothing, and says what to do about each thing. */
export async function doctor(command: Doctor, terminal: Terminal): Promise<number> {
  const findings = [
    ...(await look('Machine', lookAtMachine)),
    ...(await lookAtPlace(command)),
    ...(await lookAround(command)),
  ]
  const problems = findings.filter(({ state }) => state === 'problem').length
  const warnings = findings.filter(({ state }) => state === 'warning').length
  if (command.json) terminal.out(`${JSON.stringify({ ok: problems === 0, problems, warnings, findings })}\n`)
  else {
    terminal.out(findings.map((finding) => `${lineOf(finding, terminal)}\n`).join(''))
    terminal.out(`${summaryOf(problems, warnings)}\n`)
  }
  return problems === 0 ? 0 : 1
}

async function lookAtPlace({ place }: Doctor): Promise<readonly Finding[]> {
  switch (place?.in) {
    case 'folder': {
      const { lookAtFolder } = await import('./folder.ts')
      return look('Data folder', () => lookAtFolder(place.folder))
    }
    case 'database': {
      const { lookAtDatabase } = await import('./database.ts')
      return look('Database', () => lookAtDatabase(place))
    }
    case undefined:
      return look('SQLite', () => [lookAtSqlite()])
    default:
      return place satisfies never
  }
}

async function lookAround({ publicUrl, smtp }: Doctor): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  if (publicUrl !== null) {
    const { lookAtPublicUrl } = await import('./public-url.ts')
    findings.push(...(await look('Public URL', () => lookAtPublicUrl(publicUrl))))
  }
  if (smtp !== null) {
    const { lookAtMail } = await import('./mail.ts')
    findings.push(...(await look('Mail server', async () => [await lookAtMail(smtp)])))
  }
  return findings
}

const WIDTH = 'warning'.length

function lineOf({ what, state, found, advice }: Finding, { paint }: Terminal): string {
  const mark = state.padEnd(WIDTH)
  const told = `${state === 'ok' ? paint.dim(mark) : paint.bold(mark)}  ${what}: ${found}`
  return advice === undefined ? told : `${told}\n${' '.repeat(WIDTH)}  → ${advice}`
}

function summaryOf(problems: number, warnings: number): string {
  if (problems + warnings === 0) return 'All is well.'
  return `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}.`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
