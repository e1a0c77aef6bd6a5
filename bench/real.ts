import { randomBytes } from 'node:crypto'
import { startServer } from '../src/server.ts'
import { openSqlite } from '../src/storage/sqlite/open.ts'
import { digestWith } from '../src/storage/token-keys.ts'
import { addPeople } from './people.ts'

/** The real server on a file, with everything on: tokens, scopes, limits counted, events logged, an fsync before each
 * answer. argv: the data folder, how many people. */
const [, , folder, count] = process.argv
const store = await openSqlite({ path: `${folder}/bench.db`, tokenDigest: digestWith(randomBytes(32)) })
await addPeople(store, Number(count))
const server = await startServer({
  mode: 'serve',
  host: '127.0.0.1',
  port: 0,
  store,
  clock: { now: () => Date.now() },
  log: { error: (fields, message) => console.error(message, fields) },
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
