/** Writes docs/reference from the declarations in src/methods and the catalogue in src/domain/errors.ts.
 * `npm run reference` writes; with `-- --check` it exits 1 where a page would change. */
import { methodsByName } from '../src/methods/index.ts'
import { findDrift, writePages } from './lib/reference-files.ts'
import { renderReference } from './lib/render-reference.ts'

const pages = renderReference([...methodsByName.values()])
if (!process.argv.includes('--check')) writePages(pages)

const drift = findDrift(pages)
for (const line of drift) console.error(`docs/reference/${line}`)
if (drift.length > 0) {
  console.error('Run npm run reference, and commit what it writes.')
  process.exitCode = 1
}
