import { fileURLToPath } from 'node:url'
import { parseBeginning, readText, type WorkspaceText } from '../cli/workspace-files.ts'
import { DEMO_FILE_NAME, demoWorkspace } from '../workspace/demo.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** The path of a workspace file, or what would stand in it. */
export type WorkspaceSource = string | URL | object

/** The teams to begin with: those that are named, or the demo team. */
export async function readWorkspaces(
  given: WorkspaceSource | readonly WorkspaceSource[] | undefined,
): Promise<readonly Workspace[]> {
  if (given === undefined) return parseBeginning([{ name: DEMO_FILE_NAME, text: demoWorkspace() }]).workspaces
  const sources: readonly WorkspaceSource[] = Array.isArray(given) ? given : [given]
  return parseBeginning(await Promise.all(sources.map(textOf))).workspaces
}

async function textOf(source: WorkspaceSource): Promise<WorkspaceText> {
  if (typeof source !== 'string' && !isUrl(source)) return { name: 'the workspace', text: JSON.stringify(source) }
  const path = isUrl(source) ? fileURLToPath(source.href) : source
  return { name: path, text: await readText(path) }
}

/** Without `instanceof`: test runners have several worlds, each with a `URL` of its own. */
function isUrl(source: object | string): source is URL {
  return typeof source === 'object' && 'href' in source && 'searchParams' in source
}
