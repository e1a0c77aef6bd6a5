import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '../storage/store.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { CannotStart } from './cannot-start.ts'
import type { Beginning } from './workspace-files.ts'

/** Whether the store was filled just now, before from the same teams, or before from others. */
export type Filled = 'now' | 'before' | 'before, otherwise'

const FILE = 'workspace.json'

interface Mark {
  readonly digest: string
  /** False while teams are being written: a start that was cut off is finished by the next. */
  readonly complete: boolean
}

/** Writes the teams into an empty store. A filled one stays as it is. `folder` is where the store lives, if anywhere. */
export async function fillStore(
  store: Store,
  beginning: Beginning,
  folder: string | null,
  now: number,
): Promise<Filled> {
  const mark = folder === null ? undefined : await readMark(folder)
  const isEmpty = (await store.findTeams()).length === 0
  if (!isEmpty && (mark === undefined || mark.complete)) {
    return mark?.digest === beginning.digest ? 'before' : 'before, otherwise'
  }
  if (!isEmpty && mark?.digest !== beginning.digest) {
    throw new CannotStart(
      'The last start was cut off while it read another workspace file. Start once with that file, or begin again with an empty data folder (dev: --fresh).',
    )
  }
  if (folder !== null) await writeMark(folder, { digest: beginning.digest, complete: false })
  for (const workspace of beginning.workspaces) await addWorkspace(store, workspace, now)
  if (folder !== null) await writeMark(folder, { digest: beginning.digest, complete: true })
  return 'now'
}

/** Adds what is not there yet. */
export async function addWorkspace(store: Store, { team, users, tokens }: Workspace, now: number): Promise<void> {
  const teams = await store.findTeams()
  const updated = Math.floor(now / 1000)
  if (!teams.some(({ id }) => id === team.id))
    await store.addTeam(
      team,
      users.map((user) => ({ ...user, updated })),
    )
  for (const { token, grant } of tokens) {
    if ((await store.findGrant(token)) === undefined) await store.addToken(token, grant)
  }
}

async function readMark(folder: string): Promise<Mark | undefined> {
  try {
    const { digest, complete } = JSON.parse(await readFile(join(folder, FILE), 'utf8'))
    return typeof digest === 'string' && typeof complete === 'boolean' ? { digest, complete } : undefined
  } catch {
    return undefined
  }
}

async function writeMark(folder: string, mark: Mark): Promise<void> {
  const path = join(folder, FILE)
  await writeFile(`${path}.new`, `${JSON.stringify(mark)}\n`, { mode: 0o600, flush: true })
  await rename(`${path}.new`, path)
}
