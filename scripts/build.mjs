/** `npm run build`: makes dist/ where it is stale. */
import { build } from './lib/build.mjs'
import { install } from './lib/install.mjs'

try {
  await install()
  await build()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
