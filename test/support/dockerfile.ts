import { globSync } from 'node:fs'
import { matchesGlob } from 'node:path'

/** One step of a Dockerfile. */
export interface Step {
  /** `FROM`, `COPY`, … */
  readonly name: string
  /** What follows, without the flags. */
  readonly words: readonly string[]
  /** `--from=build` as `from` and `build`. */
  readonly flags: Readonly<Record<string, string>>
  /** Everything after the name, as it stands there. */
  readonly text: string
}

/** The steps in their order: comments left out, and lines that go on put together. */
export function readDockerfile(text: string): readonly Step[] {
  const lines = text.replace(/^\s*#.*\n/gm, '').replace(/\\\n/g, ' ')
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...words] = line.trim().split(/\s+/)
      const flags = words.filter((word) => word.startsWith('--') && word.includes('='))
      return {
        name,
        words: words.filter((word) => !word.startsWith('--')),
        flags: Object.fromEntries(flags.map((flag) => flag.slice(2).split('=', 2))),
        text: line.trim().slice(name.length).trim(),
      }
    })
}

/** The list in a step that has one, as in `CMD ["serve"]`. */
export function listIn({ text }: Step): readonly string[] {
  return JSON.parse(text.slice(text.indexOf('[')))
}

/** The files of a folder that Docker gets to see: of the patterns that match a file or a folder above, the last counts. */
export function filesFor(folder: string, dockerignore: string): readonly string[] {
  const patterns = dockerignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const kept = patterns.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  const found = globSync(
    kept.flatMap((path) => [path, `${path}/**`]),
    { cwd: folder, withFileTypes: true },
  )
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length).replace(/^\/+/, ''))
    .filter((path) => isSeen(path, patterns))
}

function isSeen(path: string, patterns: readonly string[]): boolean {
  const parts = path.split('/')
  const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  const last = patterns.findLast((pattern) => above.some((one) => matchesGlob(one, pattern.replace(/^!/, ''))))
  return last === undefined || last.startsWith('!')
}
