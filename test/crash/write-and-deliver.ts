/** Writes to a store whose log is delivered by webhooks, until it is killed. What was answered is printed when it is:
 * one title a line. Usage: write-and-deliver.ts FILE ROUND, on a file that holds the team; without ROUND nothing is
 * written, everything is delivered, and the process ends. */
import { systemClock } from '../../src/clock.ts'
import { createRelay } from '../../src/delivery/relay.ts'
import { refuse } from '../../src/domain/errors.ts'
import { createNode } from '../../src/nodes/node.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { setTitle } from '../support/relay.ts'
import { ids, TEAM } from '../support/world.ts'

const CALLERS = 4
const [path = '', round] = process.argv.slice(2)
const store = await openSqlite({ path, tokenDigest: (token) => token })
const log = { info: () => {}, warn: () => {} }
const node = createNode({ store, log })
await node.start()
const relay = createRelay({
  node,
  store,
  clock: systemClock,
  log,
  publicUrl: () => 'http://127.0.0.1:4390',
  allowPrivate: true,
})
await relay.start()
if (round === undefined) {
  await relay.settled()
  await relay.stop()
  await store.close()
} else {
  await Promise.all([ids.ada, ids.mel, ids.bob, ids.gus].slice(0, CALLERS).map((_, caller) => write(caller)))
}

async function write(caller: number): Promise<void> {
  const userId = [ids.ada, ids.mel, ids.bob, ids.gus][caller]
  if (userId === undefined) throw new Error('There are too many callers.')
  for (let turn = 0; ; turn += 1) {
    const title = `${round}-${caller}-${turn}`
    await setTitle(store, { title, userId })
    process.stdout.write(`${title}\n`)
    const key = { teamId: TEAM, actorId: userId, userId, emails: [], userIds: [] }
    await store.change(key, () => refuse('too_long'))
  }
}
