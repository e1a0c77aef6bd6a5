import { parseWorkspace } from '../workspace/parse-workspace.ts'
import { areProblems } from '../workspace/problems.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { CheckWorkspace } from './command.ts'
import type { Terminal } from './terminal.ts'
import { readText, Twins, tellProblems } from './workspace-files.ts'
import { workspaceNotices } from './workspace-notices.ts'

/** Says of each file whether it is right, alone and beside those before it, and of a wrong one everything that is wrong. */
export async function checkWorkspace({ files }: CheckWorkspace, terminal: Terminal): Promise<number> {
  let code = 0
  const twins = new Twins()
  for (const file of files) {
    const outcome = parseWorkspace(await readText(file), file)
    const wrong = areProblems(outcome) ? [tellProblems(file, outcome)] : twins.find(file, outcome)
    if (areProblems(outcome) || wrong.length > 0) {
      terminal.error(`${wrong.join('\n')}\n`)
      code = 1
      continue
    }
    terminal.out(`${file} is right: ${summaryOf(outcome)}.\n`)
    for (const notice of workspaceNotices(outcome)) terminal.error(`${file}: ${notice}\n`)
  }
  return code
}

function summaryOf({ team, users, tokens }: Workspace): string {
  const counts = [
    counted(users.length, 'user'),
    counted(team.fields.size, 'profile field'),
    counted(team.apps.size, 'app'),
    counted(tokens.length, 'token'),
  ]
  return `${team.name} (${team.id}), ${counts.join(', ')}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
