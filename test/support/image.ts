import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { filesFor, readDockerfile, type Step } from './dockerfile.ts'

/** What a Dockerfile makes, in a folder that stands for the root of the last stage. */
export interface Image {
  readonly root: string
  /** Of the last stage. */
  readonly env: Readonly<Record<string, string>>
  readonly workingFolder: string
  /** Each step of the last stage by its name; of several, the last. */
  readonly steps: ReadonlyMap<string, Step>
}

interface Stage {
  readonly root: string
  readonly env: Record<string, string>
  readonly steps: Map<string, Step>
  workingFolder: string
}

/** Runs the steps of a Dockerfile without Docker: each stage in an empty folder, with the running Node for the image's.
 * Packages come from the ones that are installed here, chosen as `npm ci` chooses them. A step that cannot be run this
 * way is an error. */
export function buildImage(repository: string, folder: string): Image {
  const stages = new Map<string, Stage>()
  const context = filesFor(repository, readFileSync(join(repository, '.dockerignore'), 'utf8'))
  let stage: Stage | undefined
  for (const step of readDockerfile(readFileSync(join(repository, 'Dockerfile'), 'utf8'))) {
    if (step.name === 'FROM') {
      const name = step.words[2] ?? 'last'
      stage = { root: join(folder, name), env: {}, steps: new Map(), workingFolder: '/' }
      mkdirSync(stage.root)
      stages.set(name, stage)
    }
    if (stage === undefined) throw new Error('A Dockerfile begins with FROM.')
    stage.steps.set(step.name, step)
    perform(step, stage, { repository, context, stages })
  }
  if (stage === undefined) throw new Error('The Dockerfile is empty.')
  return stage
}

interface Around {
  readonly repository: string
  readonly context: readonly string[]
  readonly stages: ReadonlyMap<string, Stage>
}

function perform(step: Step, stage: Stage, around: Around): void {
  const { words } = step
  switch (step.name) {
    case 'WORKDIR':
      stage.workingFolder = words[0] ?? '/'
      mkdirSync(inStage(stage, ''), { recursive: true })
      return
    case 'ENV':
      Object.assign(stage.env, Object.fromEntries(words.map((word) => word.split('=', 2))))
      return
    case 'COPY':
      copy(step, stage, around)
      return
    case 'RUN':
      run(step.text.split(/\s+/), stage, around)
  }
}

function copy({ words, flags }: Step, stage: Stage, { repository, context, stages }: Around): void {
  const target = inStage(stage, words.at(-1) ?? '')
  for (const source of words.slice(0, -1)) {
    if (flags.from !== undefined) {
      const from = stages.get(flags.from)
      if (from === undefined) throw new Error(`There is no stage ${flags.from}.`)
      copyAll(join(from.root, source), target)
      continue
    }
    const files = context.filter((path) => path === source || path.startsWith(`${source}/`))
    if (files.length === 0) throw new Error(`${source} is not there for Docker.`)
    for (const path of files) {
      const place = path === source ? basename(path) : path.slice(source.length + 1)
      mkdirSync(dirname(join(target, place)), { recursive: true })
      copyAll(join(repository, path), join(target, place))
    }
  }
}

function run(words: readonly string[], stage: Stage, around: Around): void {
  const [program, first] = words
  if (program === 'npm' && first === 'ci') {
    installPackages(words, stage, around)
    return
  }
  if (program === 'node') {
    const { status, stderr } = spawnSync(process.execPath, words.slice(1), {
      cwd: inStage(stage, ''),
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}.\n${stderr}`)
    return
  }
  // Whose folder it becomes needs root; what is in it does not.
  if (program === 'install' && first === '-d') {
    mkdirSync(inStage(stage, words.at(-1) ?? ''), { recursive: true, mode: 0o700 })
    return
  }
  throw new Error(`There is no way to run this here: ${words.join(' ')}`)
}

/** Links instead of copies, as the packages are large. Those of the image are run with `PACKAGES_AS_THEY_LIE`. */
function installPackages(words: readonly string[], stage: Stage, { repository }: Around): void {
  const target = inStage(stage, 'node_modules')
  if (!words.includes('--omit=dev')) {
    symlinkSync(join(repository, 'node_modules'), target)
    return
  }
  const { packages } = JSON.parse(readFileSync(inStage(stage, 'package-lock.json'), 'utf8')) as Lock
  for (const [path, { dev, optional }] of Object.entries(packages)) {
    const source = join(repository, path)
    const isWithin = path.lastIndexOf('node_modules/') > 0
    if (path === '' || dev === true || isWithin || (optional === true && !existsSync(source))) continue
    mkdirSync(dirname(inStage(stage, path)), { recursive: true })
    symlinkSync(source, inStage(stage, path))
  }
}

/** Lets Node look for packages beside a link and not where it leads, so that none is found which the image lacks. */
export const PACKAGES_AS_THEY_LIE = ['--preserve-symlinks', '--preserve-symlinks-main']

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>>
}

function copyAll(source: string, target: string): void {
  cpSync(source, target, { recursive: true, verbatimSymlinks: true })
}

function inStage({ root, workingFolder }: Stage, path: string): string {
  return path.startsWith('/') ? join(root, path) : join(root, workingFolder, path)
}
