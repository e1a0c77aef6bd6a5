import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { parseWorkspace, WORKSPACE_BYTES_MAX } from '../workspace/parse-workspace.ts'
import { areProblems, type Problems } from '../workspace/problems.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { CannotStart } from './cannot-start.ts'

/** Teams to begin with, and a digest that tells whether they are those a store was filled from. */
export interface Beginning {
  readonly workspaces: readonly Workspace[]
  readonly digest: string
}

/** Reads all files, or tells everything that is wrong with them. */
export async function readBeginning(paths: readonly string[]): Promise<Beginning> {
  const texts = await Promise.all(paths.map(readText))
  return parseBeginning(paths.map((name, index) => ({ name, text: texts[index] ?? '' })))
}

/** The text of a workspace file, and what to call it where something is wrong. */
export interface WorkspaceText {
  readonly name: string
  readonly text: string
}

export function parseBeginning(files: readonly WorkspaceText[]): Beginning {
  const workspaces: Workspace[] = []
  const told: string[] = []
  const twins = new Twins()
  for (const { name, text } of files) {
    const outcome = parseWorkspace(text, name)
    if (areProblems(outcome)) told.push(tellProblems(name, outcome))
    else {
      workspaces.push(outcome)
      told.push(...twins.find(name, outcome))
    }
  }
  if (told.length > 0) throw new CannotStart(told.join('\n'))
  return { workspaces, digest: digestOf(files.map(({ text }) => text)) }
}

export function digestOf(texts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(createHash('sha256').update(text).digest())
  return hash.digest('hex')
}

/** A heading and a line for each problem, to be found with grep. */
export function tellProblems(path: string, { problems, count }: Problems): string {
  const more = count > problems.length ? [`… and ${count - problems.length} more`] : []
  return [`${path} has ${count === 1 ? '1 problem' : `${count} problems`}:`, ...problems, ...more].join('\n')
}

/** The text of a workspace file. */
export async function readText(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > WORKSPACE_BYTES_MAX) {
      throw new CannotStart(`${path} is larger than ${WORKSPACE_BYTES_MAX / 1024 / 1024} MiB.`)
    }
    const bytes = await readFile(path)
    if (!isUtf8(bytes)) throw new CannotStart(`${path} is not UTF-8 text.`)
    return bytes.toString('utf8')
  } catch (error) {
    if (error instanceof CannotStart) throw error
    throw new CannotStart(`${path} cannot be read: ${reasonOf(error)}.`)
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'it may not be read by this user'
  if (code === 'EISDIR') return 'it is a folder'
  return message
}

/** Each file may be right by itself, and together they may still claim one team or one token twice. */
export class Twins {
  readonly #teams = new Map<string, string>()
  readonly #tokens = new Map<string, string>()

  /** A sentence for everything that a file before this one has claimed. */
  find(name: string, { team, tokens }: Workspace): string[] {
    const before = this.#teams.get(team.id)
    // Of the same team, the tokens are the same too, and nothing new.
    if (before !== undefined) return [`Two workspace files describe the team ${team.id}: ${before} and ${name}.`]
    this.#teams.set(team.id, name)
    const claimed = tokens.flatMap(({ token }, index) => {
      const other = this.#tokens.get(token)
      return other === undefined ? [] : [`${name}: tokens[${index}].token belongs to the team of ${other}, too.`]
    })
    for (const { token } of tokens) this.#tokens.set(token, name)
    return claimed
  }
}
