import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { ROOT } from './paths.mjs'

/** Runs a program to its end and gives its exit code. What it prints goes to stderr: stdout is for the answer alone. */
export function runCommand(file, args, { env = process.env, dropLines } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], shell: needsShell(file) })
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (!dropLines?.test(line)) process.stderr.write(`${line}\n`)
      })
    }
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(signal ? 1 : code))
  })
}

/** Runs a program in this one's place: its terminal, its signals, its exit code. */
export function becomeCommand(file, args) {
  const child = spawn(file, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code))
  endWithNpm(child)
}

const LOOK_MS = 500

/** A signal to npm ends the shell between npm and this script, and the shell passes nothing on. */
function endWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const looking = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(looking)
    child.kill('SIGTERM')
  }, LOOK_MS)
}

function needsShell(file) {
  return file.endsWith('.cmd')
}
