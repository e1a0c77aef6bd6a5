import { MovableClock } from '../src/clock.ts'
import { createMemoryPost } from '../src/delivery/mail-memory.ts'
import type { User } from '../src/domain/user.ts'
import { startServer } from '../src/server.ts'
import { openSqlite } from '../src/storage/sqlite/open.ts'
import { findLogEntries } from '../test/support/log-entries.ts'
import { addPeople } from './people.ts'

/** The real server, on a file, with people whose statuses all expire at one instant. That instant comes with the
 * message `expire`. argv: the data folder, how many people. */
const [, , folder, count] = process.argv
const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object, message: string) => console.error(message, fields),
}
const clock = new MovableClock()
const due = Math.floor(clock.now() / 1000) + 86_400
const status = { text: 'riding a train', emoji: ':train:', expiration: due }
const busy = (user: User): User => ({ ...user, profile: { ...user.profile, status } })

const store = await openSqlite({ path: `${folder}/bench.db`, tokenDigest: (token) => `bench ${token}` })
await addPeople(store, Number(count), busy)
const server = await startServer({
  mode: 'serve',
  host: '127.0.0.1',
  port: 0,
  store,
  clock,
  log,
  rateLimits: false,
  allowPrivateWebhooks: false,
  post: createMemoryPost(),
  page: () => ({ mode: 'serve', url: '', api: '', version: 'bench' }),
})
console.log(JSON.stringify({ url: server.url, pid: process.pid }))

process.on('message', (wish) => {
  // Counting reads the whole log, which is nothing to do while other calls are measured.
  void (wish === 'expire' ? expireAll() : countCleared()).then((told) => process.send?.(told))
})
process.on('SIGTERM', () => {
  void server
    .close()
    .then(() => store.close())
    .then(() => process.exit(0))
})

async function expireAll(): Promise<{ ms: number }> {
  const begin = performance.now()
  await clock.moveTo(due * 1000)
  // A clock that is moved waits ten seconds at most.
  while ((await store.findNextExpiration()) !== undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  return { ms: performance.now() - begin }
}

/** How many people the log says were cleared, and how many of them more than once. */
async function countCleared(): Promise<{ cleared: number; twice: number }> {
  const times = new Map<string, number>()
  for (const entry of await findLogEntries(store)) {
    if (entry.kind === 'user' && entry.types.includes('user_status_changed')) {
      times.set(entry.user.id, (times.get(entry.user.id) ?? 0) + 1)
    }
  }
  return { cleared: times.size, twice: [...times.values()].filter((count) => count > 1).length }
}
