import { randomBytes } from 'node:crypto'
import { addWorkspace } from '../cli/fill-store.ts'
import { openLog } from '../cli/log.ts'
import { findDevFacts } from '../cli/page-facts.ts'
import { MovableClock } from '../clock.ts'
import { createMemoryPost } from '../delivery/mail-memory.ts'
import { startServer } from '../server.ts'
import { openSqlite } from '../storage/sqlite/open.ts'
import { digestWith } from '../storage/token-keys.ts'
import { VERSION } from '../version.ts'
import { createNametag, type Nametag } from './nametag.ts'
import { readWorkspaces, type WorkspaceSource } from './workspaces.ts'

export type { Snapshot } from '../storage/store.ts'
export type { Nametag } from './nametag.ts'
export type { TestClock } from './test-clock.ts'
export type { FaultWanted, TestFaults } from './test-faults.ts'
export type { TokenWanted } from './tokens.ts'
export type { WorkspaceSource } from './workspaces.ts'

export interface StartOptions {
  /** One team or several; the demo team unless said. */
  readonly workspace?: WorkspaceSource | readonly WorkspaceSource[]
  /** A free one unless said. */
  readonly port?: number
  /** Off: calls are counted and never refused. On unless said. */
  readonly rateLimits?: boolean
  /** Whether the clock stands still until it is moved, from the start and after each `reset`. */
  readonly frozen?: boolean
}

/** Starts what `nametag dev --memory` starts, in this process. */
export async function startNametag(options: StartOptions = {}): Promise<Nametag> {
  const { port = 0, rateLimits = true, frozen = false } = options
  const workspaces = await readWorkspaces(options.workspace)
  const log = openLog('warn')
  const clock = new MovableClock((err, message) => log.error({ err }, message))
  if (frozen) clock.setFrozen(true)
  const store = await openSqlite({ path: ':memory:', tokenDigest: digestWith(randomBytes(32)) })
  try {
    for (const workspace of workspaces) await addWorkspace(store, workspace, clock.now())
    const mailbox = createMemoryPost()
    const server = await startServer({
      mode: 'dev',
      host: '127.0.0.1',
      port,
      store,
      clock,
      log,
      rateLimits,
      page: () => findDevFacts({ store, clock, workspaces, version: VERSION, storage: 'in memory' }, server),
      allowPrivateWebhooks: true,
      post: mailbox,
      mailbox,
    })
    const { controls } = server
    if (controls === undefined) throw new Error('A server whose clock can be moved has controls.')
    return createNametag({ server, controls, store, clock, workspaces, frozen })
  } catch (error) {
    await store.close()
    throw error
  }
}
