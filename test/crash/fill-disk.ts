/** Writes to a store until the operating system refuses to let its files grow, and tells how each call ended.
 * Usage: fill-disk.ts FILE THREAD_WRITES_MIN, under `ulimit -f`. */
import { ADA, keyFor, setTitle, team, user } from '../../src/storage/conformance/people.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'

// Without a listener, the signal of a file that is too large ends the process.
process.on('SIGXFSZ', () => {})
const [, , path = '', threadWritesMin] = process.argv
const limits = { threadWritesMin: Number(threadWritesMin) }
const store = await openSqlite({ path, tokenDigest: (token) => token, limits })
await store.addTeam(team(), [user(ADA)])
let failure: unknown
for (let number = 1; failure === undefined && number < 10_000; number += 1) {
  const title = `${number} ${'x'.repeat(2000)}`
  await store.change(keyFor(ADA), setTitle(title)).then(
    () => console.log(`done ${number}`),
    (error: Error) => {
      failure = error
      console.log(`failed ${number} ${error.name}`)
    },
  )
}
process.exit(0)
