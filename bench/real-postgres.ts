import { systemClock } from '../src/clock.ts'
import { createMemoryPost } from '../src/delivery/mail-memory.ts'
import { startServer } from '../src/server.ts'
import { openPostgresLimiter } from '../src/storage/postgres/limits/limiter.ts'
import { openPostgres } from '../src/storage/postgres/open.ts'
import { digestWith } from '../src/storage/token-keys.ts'

/** A node on a database that is filled already, with everything on, limits counted in the database. argv: the URL, and
 * the key of tokens. */
const [, , url = '', key = ''] = process.argv
const store = await openPostgres({ url, tokenDigest: digestWith(Buffer.from(key, 'hex')) })
const limiter = openPostgresLimiter({ url })
const server = await startServer({
  mode: 'serve',
  host: '127.0.0.1',
  port: 0,
  store,
  clock: systemClock,
  log: {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: object, message: string) => console.error(message, fields),
  },
  allowPrivateWebhooks: false,
  post: createMemoryPost(),
  limiter,
  rateLimits: false,
  page: () => ({ mode: 'serve', url: '', api: '', version: 'bench' }),
})
console.log(JSON.stringify({ url: server.url, pid: process.pid }))
process.on('message', () => process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }))
process.on('SIGTERM', () => {
  void server
    .close()
    .then(() => Promise.all([limiter.close(), store.close()]))
    .then(() => process.exit(0))
})
