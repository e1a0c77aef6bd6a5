import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
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
    const code = await runCommand(pinnedNode(), [
      inRoot('node_modules', 'typescript', 'bin', 'tsc'),
      '-p',
      'tsconfig.build.json',
      '--outDir',
      fresh,
    ])
    if (code !== 0) throw new Error('The build failed.')
    for (const file of findFiles(inRoot('src')).filter((path) => !path.endsWith('.ts'))) copyInto(fresh, file)
    chmodSync(join(fresh, 'main.js'), 0o755)
    writeFileSync(join(fresh, '.built'), sources)
    rmSync(inRoot('dist'), { recursive: true, force: true })
    renameSync(fresh, inRoot('dist'))
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

function isBuilt(sources) {
  const mark = inRoot('dist', '.built')
  return existsSync(mark) && readFileSync(mark, 'utf8') === sources
}

/** Every file the build depends on, with its time and size: also a file that went away makes a difference. */
function describeSources() {
  const files = [
    ...findFiles(inRoot('src')),
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

/** The compiler leaves what is no TypeScript behind. */
function copyInto(folder, file) {
  const target = join(folder, relative(inRoot('src'), file))
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(file, target)
}
