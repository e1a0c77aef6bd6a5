import { systemClock } from '../../src/clock.ts'
import { createMemoryPost, type MemoryPost } from '../../src/delivery/mail-memory.ts'
import { type RunningServer, startServer } from '../../src/server.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import type { Store } from '../../src/storage/store.ts'
import { send } from './send.ts'
import type { Cleanup } from './server.ts'
import type { World } from './world.ts'

/** A whole server on a database that it shares with others. */
export interface TestNode {
  readonly server: RunningServer
  readonly store: Store
  readonly post: MemoryPost
  /** What was logged as a warning or a fault. */
  readonly problems: { readonly fields: Readonly<Record<string, unknown>>; readonly message: string }[]
  /** Calls a method with a form. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
  call(method: string, token: string, args?: Readonly<Record<string, string>>): Promise<any>
  /** Stops the server, as SIGTERM does, and closes its store. */
  stop(): Promise<void>
}

/** As many servers as wanted, in this process, on one database that holds the worlds. */
export async function startNodes(
  t: Cleanup,
  url: string,
  { count, worlds }: { readonly count: number; readonly worlds: readonly World[] },
): Promise<TestNode[]> {
  const filler = await openStore(url)
  for (const { team, users, tokens } of worlds) {
    await filler.addTeam(team, users)
    for (const { token, grant } of tokens) await filler.addToken(token, grant)
  }
  await filler.close()
  return Promise.all(Array.from({ length: count }, () => startNode(t, url)))
}

export async function startNode(t: Cleanup, url: string): Promise<TestNode> {
  const store = await openStore(url)
  const post = createMemoryPost()
  const problems: TestNode['problems'] = []
  const note = (fields: object, message: string) => void problems.push({ fields: { ...fields }, message })
  const server = await startServer({
    mode: 'serve',
    host: '127.0.0.1',
    port: 0,
    store,
    clock: systemClock,
    log: { info: () => undefined, warn: note, error: note },
    rateLimits: false,
    allowPrivateWebhooks: true,
    post,
    page: () => ({ mode: 'serve', url: '', api: '', version: '0.0.0' }),
  })
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= server.close().finally(() => store.close())
    return stopping
  }
  t.after(stop)
  return {
    ...{ server, store, post, problems, stop },
    async call(method, token, args = {}) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' }
      return (await send(server.api + method, { headers, body: new URLSearchParams(args).toString() })).json
    },
  }
}

export const openStore = (url: string): Promise<Store> => openPostgres({ url, tokenDigest: (token) => `test ${token}` })
