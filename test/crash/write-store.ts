/** Writes to a store from many callers in a closed loop until it is killed. Every answer is printed when it arrives:
 * `user value`. Usage: write-store.ts FILE CALLERS, on a file that holds the team. Values go on from what is stored. */
import type { UserId } from '../../src/domain/ids.ts'
import { keyFor, setTitle, TEAM } from '../../src/storage/conformance/people.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { factsOf, titleOf } from './titles.ts'

const [path = '', callers = '1'] = process.argv.slice(2)
const store = await openSqlite({ path, tokenDigest: (token) => token })
const people = await store.findUsers(TEAM, null, 1000)
await Promise.all(Array.from({ length: Number(callers) }, (_, index) => call(index)))

/** One caller: its people are shared with others, so that batches hold several changes of one user. */
async function call(index: number): Promise<void> {
  for (let turn = index; ; turn += 1) {
    const user = people[turn % people.length]
    if (user === undefined) throw new Error('The team has no people.')
    await change(user.id)
  }
}

async function change(userId: UserId): Promise<void> {
  const decision = await store.change(keyFor(userId), (loaded) => {
    const value = (loaded.user?.updated ?? 0) + 1
    return { ...setTitle(titleOf(value))(loaded), facts: factsOf(userId, value) }
  })
  process.stdout.write(`${userId} ${decision.user.updated}\n`)
}
