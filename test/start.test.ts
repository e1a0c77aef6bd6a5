import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { collect, until } from './support/process.ts'

/** What `npm start` becomes: the program below a script, below a shell, below npm. */

const RUN_COMMAND = pathToFileURL(join(import.meta.dirname, '../scripts/lib/run-command.mjs'))

/** Tells its process id, waits to be ended, and tells that too. */
const PROGRAM = `
  process.once('SIGTERM', () => process.stdout.write('ended\\n', () => process.exit(0)))
  console.log(process.pid)
  setInterval(() => undefined, 1000)
`

/** Starts the program as npm does. The shell has something left to do, so that it does not become the script. */
async function startBelowShell(t: TestContext) {
  const script = `import { becomeCommand } from '${RUN_COMMAND}'
    becomeCommand(process.execPath, ['--eval', ${JSON.stringify(PROGRAM)}])`
  const shell = spawn('sh', ['-c', '"$0" --input-type=module --eval "$1"; exit $?', process.execPath, script], {
    env: { ...process.env, npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  t.after(() => killGroup(shell.pid ?? 0))
  const stdout = collect(shell.stdout)
  const told = () => (stdout().includes('\n') ? stdout() : undefined)
  await until(told, () => 'The program did not start.')
  return { shell, stdout }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // All of them are gone.
  }
}

test('whoever stops npm stops the program, although the shell in between passes nothing on', async (t) => {
  const { shell, stdout } = await startBelowShell(t)
  shell.kill('SIGTERM')
  await once(shell, 'exit')
  await until(() => stdout().endsWith('ended\n') || undefined)
  assert.match(stdout(), /^\d+\nended\n$/)
})
