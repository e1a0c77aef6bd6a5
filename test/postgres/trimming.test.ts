import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { MovableClock } from '../../src/clock.ts'
import { createTrimming } from '../../src/delivery/trimming.ts'
import { createNode } from '../../src/nodes/node.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import type { Store } from '../../src/storage/store.ts'
import { startPostgres } from '../support/postgres.ts'
import { setTitle } from '../support/relay.ts'
import { eventually } from '../support/socket-client.ts'
import { aWorld, TEAM } from '../support/world.ts'

/** Logs that several nodes could trim, and one does. */

const DAY_MS = 86_400_000
const database = await startPostgres()
after(() => database.stop())

async function aNode(t: TestContext, url: string, shardByTeam: boolean) {
  const store = await openPostgres({ url, tokenDigest: (token) => token, shardByTeam })
  const clock = new MovableClock()
  await clock.moveTo(Date.now() + 40 * DAY_MS)
  const log = { info: () => {}, warn: () => {} }
  const node = createNode({ store, log })
  let removed = 0
  const onTrimmed = (entries: number) => {
    removed += entries
  }
  const trimming = createTrimming({ store, node, clock, log, onTrimmed })
  await node.start()
  await trimming.start()
  let ending: Promise<void> | undefined
  const stop = () => {
    ending ??= trimming.stop().then(() => node.stop())
    return ending
  }
  t.after(async () => {
    await stop()
    await store.close()
  })
  return { store, trimming, stop, removed: () => removed }
}

async function write(store: Store, entries: number): Promise<void> {
  await Promise.all(Array.from({ length: entries }, (_, index) => setTitle(store, { title: String(index) })))
}

for (const shardByTeam of [false, true]) {
  const how = shardByTeam ? 'team by team' : 'all teams together'
  test(`one of several nodes trims the logs while people change, and another when it has gone: ${how}`, async (t) => {
    const url = await database.createDatabase()
    const [first, second] = [await aNode(t, url, shardByTeam), await aNode(t, url, shardByTeam)]
    const { team, users } = aWorld()
    await first.store.addTeam(team, users)
    await write(second.store, 450)
    await Promise.all([first.trimming.runDue(), second.trimming.runDue(), write(second.store, 50)])
    await first.trimming.runDue()
    assert.deepEqual([first.removed() + second.removed(), second.removed()], [499, 0])

    await first.stop()
    await write(second.store, 10)
    await eventually(async () => {
      await second.trimming.runDue()
      return second.removed() === 10
    }, 'The other node trimming the log')
    assert.equal(await second.store.findLastSeq(TEAM), 510)
    assert.deepEqual(
      (await second.store.readLog(TEAM, 0, 10)).map(({ seq }) => seq),
      [510],
    )
  })
}
