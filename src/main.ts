#!/usr/bin/env node
import { refusalOfNode } from './node-version.ts'

// Everything else is brought in afterwards: on an older Node the SQLite driver would crash the process.
const refusal = refusalOfNode(process.versions.node)
if (refusal === undefined) {
  // Beside the program: whoever can write there can change the program as well. Where nobody can, nothing is kept.
  process.getBuiltinModule('node:module').enableCompileCache(`${import.meta.dirname}/../node_modules/.cache/nametag`)
  const { run } = await import('./cli/run.ts')
  // A reader that has left takes nothing away from the work.
  process.stdout.on('error', () => undefined)
  const code = await run(process.argv.slice(2))
  // Pipes are written in the background; the exit waits until both have taken everything.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
} else {
  process.stderr.write(`${refusal}\n`)
  process.exitCode = 1
}
