/** `npm start`: installs what is missing, builds what is stale, and runs `nametag dev` with the arguments given. */
import { build } from './lib/build.mjs'
import { install } from './lib/install.mjs'
import { inRoot, pinnedNode } from './lib/paths.mjs'
import { becomeCommand } from './lib/run-command.mjs'

try {
  await install()
  await build()
  becomeCommand(pinnedNode(), [inRoot('dist', 'main.js'), 'dev', ...process.argv.slice(2)])
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
