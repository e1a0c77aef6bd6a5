/** Writes many large batches in a process that may start no thread, which it tells first.
 * Usage: write-without-threads.ts FILE, under Node's permissions. */
import { Worker } from 'node:worker_threads'
import type { UserId } from '../../src/domain/ids.ts'
import { keyFor, setTitle, TEAM, team, user } from '../../src/storage/conformance/people.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'

const BATCHES = 30
const [path = ''] = process.argv.slice(2)
const ids = Array.from({ length: 200 }, (_, index) => `U0P${index + 100}` as UserId)

try {
  new Worker('', { eval: true })
} catch (error) {
  console.log((error as NodeJS.ErrnoException).code)
}
const store = await openSqlite({ path, tokenDigest: (token) => token })
await store.addTeam(
  team(),
  ids.map((id, ordinal) => user(id, { ordinal })),
)
// Long enough for the WAL to be moved meanwhile.
for (let batch = 0; batch < BATCHES; batch += 1) {
  const title = `${batch} ${'x'.repeat(3500)}`
  await Promise.all(ids.map((id) => store.change(keyFor(id), setTitle(title))))
}
console.log(`written ${await store.findLastSeq(TEAM)}`)
await store.close()
