/** Writes docs/openapi.json from the declarations in src/methods, as `nametag dev` serves it.
 * `npm run openapi` writes; with `-- --check` it exits 1 where the file would change. */
import { writeFileSync } from 'node:fs'
import { isUpToDate, OPENAPI_FILE, renderOpenApi } from './lib/openapi-file.ts'

const text = renderOpenApi()
if (!process.argv.includes('--check')) writeFileSync(OPENAPI_FILE, text)
else if (!isUpToDate(text)) {
  console.error('docs/openapi.json is out of date. Run npm run openapi, and commit what it writes.')
  process.exitCode = 1
}
