import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openMemory } from '../../test/support/harness.ts'
import { until } from '../../test/support/process.ts'
import { startRelay } from '../../test/support/relay.ts'
import { startSubscriber } from '../../test/support/subscriber.ts'
import { anotherWorld, aWorld, ids, OTHER_TEAM, TEAM } from '../../test/support/world.ts'
import { MovableClock } from '../clock.ts'
import type { TeamId } from '../domain/ids.ts'
import { createNode } from '../nodes/node.ts'
import { StorageUnavailable, type Store } from '../storage/store.ts'
import { createTrimming } from './trimming.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const READER = 'app:T0COFFEE1/A0STATUS01'

async function start(t: TestContext, wrap: (store: Store) => Store = (store) => store) {
  const store = await openMemory()
  for (const { team, users } of [aWorld(), anotherWorld()]) await store.addTeam(team, users)
  const clock = stopped()
  const outageClock = stopped()
  const warnings: string[] = []
  const trimmed: number[] = []
  const log = { info: () => {}, warn: (_: object, message: string) => void warnings.push(message) }
  t.after(() => store.close())
  const begin = async () => {
    const node = createNode({ store, log })
    const trimming = createTrimming({
      ...{ store: wrap(store), node, clock, outageClock, log, retentionMs: 30 * DAY_MS },
      onTrimmed: (entries) => trimmed.push(entries),
    })
    await node.start()
    await trimming.start()
    t.after(async () => {
      await trimming.stop()
      await node.stop()
    })
    return { node, trimming }
  }
  return {
    ...{ store, clock, outageClock, warnings, trimmed, ...(await begin()) },
    /** A second one on the same store, as another node would be. */
    another: begin,
    /** So many entries of this moment. */
    async write(entries: number, teamId: TeamId = TEAM) {
      const userId = ids.mel
      const key = { teamId, actorId: userId, userId, emails: [], userIds: [] }
      const at = clock.now()
      const tell = () =>
        store.change(key, ({ user }) => {
          assert.ok(user)
          return { user, events: [], facts: [{ kind: 'message', userId, text: String(at) }], at }
        })
      await Promise.all(Array.from({ length: entries }, tell))
    },
    async read(teamId: TeamId = TEAM) {
      return (await store.readLog(teamId, 0, 1000)).map(({ seq }) => seq)
    },
  }
}

function stopped(): MovableClock {
  const clock = new MovableClock()
  clock.setFrozen(true)
  return clock
}

test('what is older than the retention goes from every log, in portions, and the rest stays', async (t) => {
  const { write, read, clock, trimming, trimmed, warnings } = await start(t)
  await write(500)
  await write(3, OTHER_TEAM)
  await clock.moveTo(clock.now() + DAY_MS)
  await write(2)
  await clock.moveTo(clock.now() + 29 * DAY_MS)
  await trimming.runDue()
  assert.equal((await read()).length, 502)
  await clock.moveTo(clock.now() + 1)
  await trimming.runDue()
  assert.deepEqual(await read(), [501, 502])
  assert.deepEqual(await read(OTHER_TEAM), [3])
  assert.deepEqual(trimmed, [200, 200, 100, 2])
  assert.deepEqual(warnings, [])
})

test('it looks by itself a minute after the start and then every hour', async (t) => {
  const { write, read, clock } = await start(t)
  for (let time = 0; time < 2; time++) {
    await write(2)
    await clock.moveTo(clock.now() + 31 * DAY_MS)
    await until(async () => {
      await clock.moveTo(clock.now() + HOUR_MS)
      return (await read()).length === 1 || undefined
    })
  }
})

test('what somebody has still to take stays for a year, and the operator is told once', async (t) => {
  const { store, write, read, clock, trimming, warnings } = await start(t)
  await store.beginReaders(TEAM, [READER])
  await write(3)
  await clock.moveTo(clock.now() + 365 * DAY_MS)
  await trimming.runDue()
  await trimming.runDue()
  assert.deepEqual(await read(), [1, 2, 3])
  assert.deepEqual(warnings, ['Old entries of the log stay, as an app or a mail has still to take them.'])
  await clock.moveTo(clock.now() + 1)
  await trimming.runDue()
  assert.deepEqual(await read(), [3])
})

test('a store that is away is tried again', async (t) => {
  let isAway = true
  const { write, read, clock, outageClock, trimming, warnings } = await start(t, (store) => ({
    ...store,
    trimLog: (...args) => (isAway ? Promise.reject(new StorageUnavailable('away')) : store.trimLog(...args)),
  }))
  await write(2)
  await clock.moveTo(clock.now() + 31 * DAY_MS)
  void trimming.runDue()
  await until(() => warnings[0])
  assert.deepEqual(await read(), [1, 2])
  isAway = false
  await outageClock.moveTo(outageClock.now() + 1000)
  await until(async () => (await read()).length === 1 || undefined)
})

test('it stands aside while all that is stored is replaced, and goes on afterwards', async (t) => {
  const { store, write, read, clock, trimming } = await start(t)
  await write(2)
  const snapshot = await store.takeSnapshot()
  await clock.moveTo(clock.now() + 31 * DAY_MS)
  await trimming.runDue()
  assert.deepEqual(await read(), [2])
  await trimming.reset(() => store.restoreSnapshot(snapshot))
  assert.deepEqual(await read(), [1, 2])
  await trimming.runDue()
  assert.deepEqual(await read(), [2])
})

test('one node does it, and another one when that has stopped', async (t) => {
  const { write, read, clock, trimming, another } = await start(t)
  const second = await another()
  await write(2)
  await clock.moveTo(clock.now() + 31 * DAY_MS)
  await trimming.runDue()
  assert.equal((await read()).length, 1)
  await trimming.stop()
  await write(2)
  await clock.moveTo(clock.now() + 31 * DAY_MS)
  const left = await read()
  assert.equal(left.length, 3)
  await second.trimming.runDue()
  assert.deepEqual(await read(), left)
  await until(async () => {
    await second.node.look()
    await second.trimming.runDue()
    return (await read()).length === 1 || undefined
  })
})

test('an app that finds its next entries gone is told of what is left, and of all that follows', async (t) => {
  const subscriber = await startSubscriber(t)
  const { store, relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  await setTitle('first')
  await subscriber.until(1)
  await relay.reset(async () => {
    for (const title of ['second', 'third', 'fourth']) await setTitle(title)
    assert.equal(
      await store.trimLog(TEAM, { before: Number.MAX_SAFE_INTEGER, unreadBefore: Date.now() + DAY_MS }, 10),
      3,
    )
  })
  await setTitle('fifth')
  await subscriber.until(3)
  await relay.settled()
  assert.deepEqual(
    subscriber.arrived.map(({ json }) => json.event.user.profile.title),
    ['first', 'fourth', 'fifth'],
  )
})
