import { randomBytes } from 'node:crypto'
import { systemClock } from '../src/clock.ts'
import { createMemoryPost } from '../src/delivery/mail-memory.ts'
import { startServer } from '../src/server.ts'
import { openSqlite } from '../src/storage/sqlite/open.ts'
import { digestWith } from '../src/storage/token-keys.ts'
import { addPeople } from './people.ts'

/** The real server on a file, with everything on: tokens, scopes, limits counted, events logged, an fsync before each
 * answer. argv: the data folder, how many people to add, the key of tokens where there are some already, and, where an
 * app is to be told, its address. */
const [, , folder, count, key, requestUrl] = process.argv
const tokenDigest = digestWith(key ? Buffer.from(key, 'hex') : randomBytes(32))
const store = await openSqlite({ path: `${folder}/bench.db`, tokenDigest })
if (Number(count) > 0) await addPeople(store, Number(count), undefined, requestUrl ?? null)
const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object, message: string) => console.error(message, fields),
}
const server = await startServer({
  mode: 'serve',
  host: '127.0.0.1',
  port: 0,
  store,
  clock: systemClock,
  log,
  allowPrivateWebhooks: requestUrl !== undefined,
  post: createMemoryPost(),
  rateLimits: false,
  page: () => ({ mode: 'serve', url: '', api: '', version: 'bench' }),
})
console.log(JSON.stringify({ url: server.url, pid: process.pid }))
process.on('message', () => process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }))
process.on('SIGTERM', () => {
  void server
    .close()
    .then(() => store.close())
    .then(() => process.exit(0))
})
