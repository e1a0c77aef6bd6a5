import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { inRoot, pinnedNode } from './paths.mjs'
import { runCommand } from './run-command.mjs'

/** Makes dist/ from src/, unless nothing has changed since it was made. */
export async function build() {
  const sources = describeSources()
  if (isBuilt(sources)) return
  process.stderr.write('Building\n')
  // Beside dist/ and then in its place: a server that runs from it never meets a half of it.
  const fresh = inRoot(`dist.${process.pid}`)
  try {
    await makeFiles(fresh)
    chmodSync(join(fresh, 'main.js'), 0o755)
    writeFileSync(join(fresh, '.built'), sources)
    rmSync(inRoot('dist'), { recursive: true, force: true })
    renameSync(fresh, inRoot('dist'))
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

async function makeFiles(folder) {
  const tsc = inRoot('node_modules', 'typescript', 'bin', 'tsc')
  const codes = await Promise.all([
    runCommand(pinnedNode(), [inRoot('scripts', 'lib', 'bundle.mjs'), folder]),
    // Checks the types, and writes down those that programs see.
    runCommand(pinnedNode(), [tsc, '--project', 'tsconfig.build.json', '--outDir', join(folder, 'types')]),
  ])
  if (codes.some((code) => code !== 0)) throw new Error('The build failed.')
}

function isBuilt(sources) {
  const mark = inRoot('dist', '.built')
  return existsSync(mark) && readFileSync(mark, 'utf8') === sources
}

/** Every file the build depends on, with its time and size: also a file that went away makes a difference. */
function describeSources() {
  const files = [
    ...findFiles(inRoot('src')),
    ...findFiles(inRoot('scripts', 'lib')),
    inRoot('tsconfig.json'),
    inRoot('tsconfig.build.json'),
    inRoot('package-lock.json'),
  ]
  return files
    .map((path) => {
      const { mtimeMs, size } = statSync(path)
      return `${relative(inRoot(), path)} ${mtimeMs} ${size}\n`
    })
    .sort()
    .join('')
}

function findFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? findFiles(path) : [path]
  })
}
