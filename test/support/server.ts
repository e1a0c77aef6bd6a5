import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryPost } from '../../src/delivery/mail-memory.ts'
import { startServer } from '../../src/server.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import type { Store } from '../../src/storage/store.ts'
import { findEventNames } from './log-entries.ts'
import { anotherWorld, aWorld, NOW, type World } from './world.ts'

/** What a test context offers: everything that is started here ends with the test. */
export interface Cleanup {
  after(stop: () => unknown): void
}

export interface TestServer {
  readonly url: string
  /** With a slash at the end. */
  readonly api: string
  readonly port: number
  readonly store: Store
  readonly clock: { now(): number; advance(ms: number): void }
  /** What was logged as a fault of the server. */
  readonly problems: unknown[]
  /** What the log tells, as `type userId`, oldest first. */
  events(): Promise<string[]>
}

export interface TestServerOptions {
  readonly worlds?: readonly World[]
  readonly rateLimits?: boolean
  /** A file; in memory unless said. */
  readonly path?: string
}

/** The whole server on a free port, in this process, with a clock that stands still until it is told. */
export async function startTestServer(t: Cleanup, options: TestServerOptions = {}): Promise<TestServer> {
  const store = await openSqlite({ path: options.path ?? ':memory:', tokenDigest: (token) => `test ${token}` })
  for (const { team, users, tokens } of options.worlds ?? [aWorld(), anotherWorld()]) {
    await store.addTeam(team, users)
    for (const { token, grant } of tokens) await store.addToken(token, grant)
  }
  const clock = standingClock()
  const post = createMemoryPost()
  const problems: unknown[] = []
  const server = await startServer({
    mode: 'dev',
    host: '127.0.0.1',
    port: 0,
    store,
    clock,
    log: { error: (fields) => problems.push(fields), warn: () => undefined, info: () => undefined },
    rateLimits: options.rateLimits ?? false,
    allowPrivateWebhooks: true,
    post,
    page: () => ({ mode: 'serve', url: server.url, api: server.api, version: '0.0.0' }),
  })
  t.after(async () => {
    await server.close()
    await store.close()
  })
  return { ...server, store, clock, problems, events: () => findEventNames(store) }
}

/** Nothing becomes due by itself. */
function standingClock() {
  let now = NOW
  return {
    now: () => now,
    at: () => () => undefined,
    advance(ms: number) {
      now += ms
    },
  }
}

/** A folder that goes with the test. */
export function temporaryFolder(t: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), 'nametag-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
