import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '../storage/store.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { CannotStart } from './cannot-start.ts'
import { expectWhole } from './expect-whole.ts'
import type { Beginning } from './workspace-files.ts'

/** Whether the store was filled just now, before from the same teams, or before from others. */
export type Filled = 'now' | 'before' | 'before, otherwise'

export const FILL_NOTE = 'workspace'
/** Where earlier versions kept the note, in the data folder. */
const FILE = 'workspace.json'

interface Mark {
  readonly digest: string
  /** False while teams are being written. */
  readonly complete: boolean
  /** Counts on while somebody is writing them. */
  readonly beat?: number
}

export interface FillOptions {
  /** Where the store lives, if in a folder. */
  readonly folder: string | null
  /** Whether no other process has the store open. */
  readonly isAlone: boolean
  readonly now: number
  /** Lower in tests only. */
  readonly stoppedAfterMs?: number
}

const BEAT_MS = 1000
const LOOK_MS = 100
/** A process that has not said for so long that it goes on has ended. */
const STOPPED_AFTER_MS = 30_000

/** Writes the teams into an empty store. A filled one stays as it is. Of several processes that find it empty one writes,
 * and the others wait for it; what was cut off is finished by the next start. */
export async function fillStore(store: Store, beginning: Beginning, options: FillOptions): Promise<Filled> {
  const { isAlone, stoppedAfterMs = STOPPED_AFTER_MS } = options
  for (;;) {
    const note = await store.findNote(FILL_NOTE)
    const mark = await readMark(note, options.folder)
    const isEmpty = (await store.findTeams(null, 1)).length === 0
    if (!isEmpty && (mark === undefined || mark.complete)) {
      return mark?.digest === beginning.digest ? 'before' : 'before, otherwise'
    }
    if (mark?.complete === false && !isAlone && !(await hasStopped(store, note, stoppedAfterMs))) continue
    if (!isEmpty && mark?.digest !== beginning.digest) throw new CannotStart(CUT_OFF)
    const mine: Mark = { digest: beginning.digest, complete: false, beat: (mark?.beat ?? 0) + 1 }
    if (!(await store.putNote(FILL_NOTE, JSON.stringify(mine), note ?? null))) continue
    if (isEmpty) await expectNoImport(store, mine)
    const missing = isEmpty || !isOneTransaction(beginning) ? beginning.workspaces : []
    if (await fill(store, missing, { ...options, mark: mine })) return 'now'
  }
}

/** An import says that it begins before it looks whether the store is empty: of two that begin at once, one sees the other. */
async function expectNoImport(store: Store, mine: Mark): Promise<void> {
  try {
    await expectWhole(store, 'this store')
  } catch (error) {
    await store.putNote(FILL_NOTE, null, JSON.stringify(mine))
    throw error
  }
}

const CUT_OFF =
  'The last start was cut off while it read another workspace file. Start once with that file, or begin again with an empty store (dev: --fresh).'

/** One team without tokens is there whole or not at all, and its ids may be other ones at each start. */
function isOneTransaction({ workspaces: [first, ...others] }: Beginning): boolean {
  return others.length === 0 && first?.tokens.length === 0
}

/** False where another process has taken over meanwhile. */
async function fill(
  store: Store,
  workspaces: readonly Workspace[],
  { now, isAlone, mark }: FillOptions & { readonly mark: Mark },
): Promise<boolean> {
  const beating = beat(store, mark, isAlone)
  try {
    for (const workspace of workspaces) await addWorkspace(store, workspace, now)
  } catch (error) {
    if ((await beating.stop()) === undefined) return false
    throw error
  }
  const last = await beating.stop()
  if (last === undefined) return false
  return store.putNote(FILL_NOTE, JSON.stringify({ digest: mark.digest, complete: true }), JSON.stringify(last))
}

/** Says every so often that the work goes on. */
function beat(store: Store, first: Mark, isAlone: boolean) {
  let mark: Mark | undefined = first
  let beating = Promise.resolve()
  const timer = setInterval(() => {
    beating = beating.then(async () => {
      if (mark === undefined) return
      const next: Mark = { ...mark, beat: (mark.beat ?? 0) + 1 }
      // An outage is told by the writing itself.
      const isPut = await store.putNote(FILL_NOTE, JSON.stringify(next), JSON.stringify(mark)).catch(() => undefined)
      if (isPut !== undefined) mark = isPut ? next : undefined
    })
  }, BEAT_MS)
  if (isAlone) clearInterval(timer)
  return {
    /** What the note says last; nothing where it is another's by now. */
    stop: async (): Promise<Mark | undefined> => {
      clearInterval(timer)
      await beating
      return mark
    },
  }
}

/** Waits until the note changes, or has stood still for too long. */
async function hasStopped(store: Store, note: string | undefined, afterMs: number): Promise<boolean> {
  const deadline = performance.now() + afterMs
  while (performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    if ((await store.findNote(FILL_NOTE)) !== note) return false
  }
  return true
}

/** Adds what is not there yet. */
export async function addWorkspace(store: Store, { team, users, tokens }: Workspace, now: number): Promise<void> {
  const updated = Math.floor(now / 1000)
  if ((await store.findTeam(team.id)) === undefined)
    await store.addTeam(
      team,
      users.map((user) => ({ ...user, updated })),
    )
  for (const { token, grant } of tokens) {
    if ((await store.findGrant(token)) === undefined) await store.addToken(token, grant)
  }
}

async function readMark(note: string | undefined, folder: string | null): Promise<Mark | undefined> {
  if (note === undefined && folder === null) return undefined
  try {
    const text = note ?? (await readFile(join(folder ?? '', FILE), 'utf8'))
    const { digest, complete, beat } = JSON.parse(text)
    return typeof digest === 'string' && typeof complete === 'boolean' ? { digest, complete, beat } : undefined
  } catch {
    return undefined
  }
}
