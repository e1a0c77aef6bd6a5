import { systemClock } from '../src/clock.ts'
import { createMemoryPost } from '../src/delivery/mail-memory.ts'
import { startServer } from '../src/server.ts'
import type { Limiter } from '../src/storage/limiter.ts'
import type { Store } from '../src/storage/store.ts'

export interface Served {
  readonly store: Store
  /** The server's own where it is absent. */
  readonly limiter?: Limiter
  readonly allowPrivateWebhooks: boolean
  /** Is called when the server has stopped. */
  close(): Promise<unknown>
}

/** Serves the store as the program does, tells where, says what the process has used when it is asked, and stops at
 * SIGTERM. Only faults are logged. */
export async function serve({ close, ...served }: Served): Promise<void> {
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: object, message: string) => console.error(message, fields),
  }
  const server = await startServer({
    mode: 'serve',
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    log,
    post: createMemoryPost(),
    rateLimits: false,
    page: () => ({ mode: 'serve', url: '', api: '', version: 'bench' }),
    ...served,
  })
  console.log(JSON.stringify({ url: server.url, pid: process.pid }))
  process.on('message', () => process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }))
  process.on('SIGTERM', () => {
    void server
      .close()
      .then(close)
      .then(() => process.exit(0))
  })
}
