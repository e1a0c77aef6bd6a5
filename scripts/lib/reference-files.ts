import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../../docs/reference', import.meta.url))

/** One line for each page that is missing, out of date, or no longer made. Empty: everything is up to date. */
export function findDrift(pages: ReadonlyMap<string, string>, folder = FOLDER): string[] {
  const present = pathsIn(folder)
  const drift = [...pages].flatMap(([path, text]) => {
    if (!present.includes(path)) return [`${path} is missing`]
    return readFileSync(join(folder, path), 'utf8') === text ? [] : [`${path} is out of date`]
  })
  return [...drift, ...present.filter((path) => !pages.has(path)).map((path) => `${path} is no longer made`)]
}

/** Makes the folder hold these pages and nothing else. */
export function writePages(pages: ReadonlyMap<string, string>, folder = FOLDER): void {
  for (const path of pathsIn(folder)) if (!pages.has(path)) rmSync(join(folder, path))
  for (const [path, text] of pages) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

function pathsIn(folder: string): string[] {
  mkdirSync(folder, { recursive: true })
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
}
