import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { until, within } from '../../test/support/process.ts'
import { aTeam, aWorld, ids, TEAM } from '../../test/support/world.ts'
import { MovableClock } from '../clock.ts'
import type { UserId } from '../domain/ids.ts'
import { EMPTY_STATUS, type Status, type User } from '../domain/user.ts'
import { createNode, type Node } from '../nodes/node.ts'
import type { StoreLimits } from '../storage/limits.ts'
import { openSqlite } from '../storage/sqlite/open.ts'
import type { Store } from '../storage/store.ts'
import { createExpiry, type Expiry } from './expiry.ts'

const HOUR = 3600

interface Started {
  readonly store: Store
  readonly clock: MovableClock
  readonly outageClock: MovableClock
  readonly expiry: Expiry
  readonly node: Node
  readonly problems: string[]
  /** Unix seconds. */
  now(): number
  /** A second one on the same store, as another node would be. */
  another(): Promise<Begun>
  status(userId: UserId): Promise<Status | undefined>
  events(): Promise<string[]>
}

interface Begun {
  readonly expiry: Expiry
  readonly node: Node
}

interface Given {
  /** Unix seconds from now at which each of them expires. */
  readonly expiring?: Readonly<Record<string, number>>
  readonly more?: readonly User[]
  readonly limits?: Partial<StoreLimits>
}

/** A store whose people have statuses, and a clock that stands still. */
async function start(t: TestContext, { expiring = {}, more = [], limits = {} }: Given = {}): Promise<Started> {
  const clock = stopped()
  const outageClock = stopped()
  const now = () => Math.floor(clock.now() / 1000)
  const store = await openSqlite({ path: ':memory:', tokenDigest: (token) => token, limits })
  const users = aWorld().users.map((user) => withStatus(user, now(), expiring[user.id]))
  await store.addTeam(aTeam(), [...users, ...more])
  const problems: string[] = []
  const note = (_fields: object, message: string) => void problems.push(message)
  const log = { info: note, warn: note, error: note }
  const begin = async (): Promise<Begun> => {
    const node = createNode({ store, log })
    await node.start()
    const expiry = createExpiry({ store, node, clock, log, outageClock })
    await expiry.start()
    t.after(async () => {
      await expiry.stop()
      await node.stop()
    })
    return { expiry, node }
  }
  t.after(() => store.close())
  return {
    store,
    clock,
    outageClock,
    ...(await begin()),
    problems,
    now,
    another: begin,
    status: async (userId) => (await store.findUser(TEAM, userId))?.profile.status,
    events: () => eventsOf(store),
  }
}

function stopped(): MovableClock {
  const clock = new MovableClock()
  clock.setFrozen(true)
  return clock
}

function withStatus(user: User, now: number, seconds: number | undefined): User {
  if (seconds === undefined) return user
  const status = { text: 'riding a train', emoji: ':train:', expiration: now + seconds }
  return { ...user, profile: { ...user.profile, status } }
}

async function eventsOf(store: Store): Promise<string[]> {
  const entries = []
  for (let page = await store.readLog(TEAM, 0, 1000); page.length > 0; ) {
    entries.push(...page)
    page = await store.readLog(TEAM, page.at(-1)?.seq ?? 0, 1000)
  }
  return entries.flatMap((entry) =>
    entry.kind === 'user' ? entry.types.map((type) => `${type} ${entry.user.id}`) : [entry.kind],
  )
}

const told = (userId: string) => [`user_change ${userId}`, `user_status_changed ${userId}`]

/** What `users.profile.set` does with a status, without its rules. */
function setStatus(store: Store, userId: UserId, status: Status) {
  const key = { teamId: TEAM, actorId: userId, userId, emails: [], userIds: [] }
  return store.change(key, ({ user }) => {
    assert.ok(user)
    return { user: { ...user, profile: { ...user.profile, status } }, events: [] }
  })
}

describe('a status', () => {
  test('stays until its time, and is cleared then, once, with its events', async (t) => {
    const { clock, expiry, now, store, status, events } = await start(t, { expiring: { [ids.mel]: HOUR } })
    const due = now() + HOUR
    await clock.moveTo(due * 1000 - 1)
    assert.equal((await status(ids.mel))?.text, 'riding a train')
    assert.deepEqual(await events(), [])

    await clock.moveTo(due * 1000)
    assert.deepEqual(await status(ids.mel), EMPTY_STATUS)
    assert.equal((await store.findUser(TEAM, ids.mel))?.updated, due)
    assert.deepEqual(await events(), told(ids.mel))

    await expiry.runDue()
    await clock.moveTo((due + HOUR) * 1000)
    assert.deepEqual(await events(), told(ids.mel))
  })

  test('whose time is past is cleared at once', async (t) => {
    const { clock, store, now, status, events } = await start(t)
    await setStatus(store, ids.mel, { text: 'late', emoji: ':train:', expiration: now() - HOUR })
    await clock.moveTo(clock.now())
    assert.deepEqual(await status(ids.mel), EMPTY_STATUS)
    assert.deepEqual(await events(), told(ids.mel))
  })

  test('whose time is past is cleared without anybody moving a clock that stands', async (t) => {
    const { store, now, status } = await start(t)
    await setStatus(store, ids.mel, { text: 'late', emoji: ':train:', expiration: now() - 1 })
    const cleared = until(async () => ((await status(ids.mel))?.text === '' ? true : undefined))
    await within(5_000, cleared, () => 'It was not cleared.')
  })

  test('that came due while nothing ran is cleared at the start', async (t) => {
    const { clock, events } = await start(t, { expiring: { [ids.mel]: -HOUR, [ids.bob]: 0, [ids.ada]: 1 } })
    await clock.moveTo(clock.now())
    assert.deepEqual(await events(), [...told(ids.mel), ...told(ids.bob)])
  })

  test('that was replaced meanwhile is left alone', async (t) => {
    const { clock, store, now, status, events } = await start(t, { expiring: { [ids.mel]: 60, [ids.bob]: 60 } })
    const forever = { text: 'at work', emoji: ':coffee:', expiration: 0 }
    const later = { text: 'at lunch', emoji: ':coffee:', expiration: now() + 120 }
    const due = now() + 60
    await setStatus(store, ids.mel, forever)
    await setStatus(store, ids.bob, later)
    await clock.moveTo(due * 1000)
    assert.deepEqual(await status(ids.mel), forever)
    assert.deepEqual(await status(ids.bob), later)
    assert.deepEqual(await events(), [])
    await clock.moveTo((due + 60) * 1000)
    assert.deepEqual(await events(), told(ids.bob))
  })

  test('that is replaced while it is about to be cleared is left alone', async (t) => {
    const { clock, store, now, status, events } = await start(t, { expiring: { [ids.mel]: 60, [ids.bob]: 60 } })
    const due = now() + 60
    const later = { text: 'at lunch', emoji: ':coffee:', expiration: due + 60 }
    // Not committed when what is due is looked for, and before it in the store's queue.
    const replaced = setStatus(store, ids.mel, later)
    await clock.moveTo(due * 1000)
    await replaced
    assert.deepEqual(await status(ids.mel), later)
    assert.deepEqual(await events(), told(ids.bob))
    await clock.moveTo((due + 60) * 1000)
    assert.deepEqual(await events(), [...told(ids.bob), ...told(ids.mel)])
  })

  test('that gets an earlier time is cleared at that time', async (t) => {
    const { clock, store, now, events } = await start(t, { expiring: { [ids.mel]: HOUR } })
    await setStatus(store, ids.mel, { text: 'soon', emoji: ':train:', expiration: now() + 10 })
    await clock.moveTo((now() + 10) * 1000)
    assert.deepEqual(await events(), told(ids.mel))
  })

  test('of somebody deactivated is cleared too', async (t) => {
    const { clock, now, status, events } = await start(t, { expiring: { [ids.del]: 60 } })
    await clock.moveTo((now() + 60) * 1000)
    assert.deepEqual(await status(ids.del), EMPTY_STATUS)
    assert.deepEqual(await events(), told(ids.del))
  })

  test('without text and emoji, yet with a time, ends too', async (t) => {
    const { clock, store, now, status } = await start(t)
    await setStatus(store, ids.mel, { text: '', emoji: '', expiration: now() + 5 })
    await clock.moveTo((now() + 5) * 1000)
    assert.deepEqual(await status(ids.mel), EMPTY_STATUS)
    assert.equal(await store.findNextExpiration(), undefined)
  })
})

describe('statuses', () => {
  test('are cleared in the order of their times, each at its own', async (t) => {
    const expiring = { [ids.mel]: 30, [ids.bob]: 10, [ids.ada]: 20 }
    const { clock, store, now, events } = await start(t, { expiring })
    const begin = now()
    await clock.moveTo((begin + HOUR) * 1000)
    assert.deepEqual(await events(), [...told(ids.bob), ...told(ids.ada), ...told(ids.mel)])
    const updated = async (userId: UserId) => (await store.findUser(TEAM, userId))?.updated
    assert.deepEqual(
      [await updated(ids.bob), await updated(ids.ada), await updated(ids.mel)],
      [begin + 10, begin + 20, begin + 30],
    )
  })

  test('thousands of one second are each cleared once, also by two nodes, while few wait in the queue', async (t) => {
    const people = crowd(3000, Math.floor(Date.now() / 1000) + 60)
    const { clock, store, another, events } = await start(t, { more: people })
    await another()
    let longest = 0
    t.after(store.onCommit(() => (longest = Math.max(longest, store.stats().queued))))
    await clock.moveTo(clock.now() + 120_000)
    const seen = (await events()).filter((event) => event.startsWith('user_status_changed '))
    assert.equal(seen.length, people.length)
    assert.equal(new Set(seen).size, people.length)
    assert.equal(await store.findNextExpiration(), undefined)
    assert.ok(longest <= 512, `${longest} waited`)
  })

  test('that a full store refuses are cleared later, once each', async (t) => {
    const people = crowd(200, Math.floor(Date.now() / 1000) + 60)
    const { clock, outageClock, store, problems, events } = await start(t, {
      more: people,
      limits: { queuedCallsMax: 40 },
    })
    const moved = clock.moveTo(clock.now() + 120_000)
    const attempts = until(async () => {
      await outageClock.moveTo(outageClock.now() + 60_000)
      return (await store.findNextExpiration()) === undefined ? true : undefined
    })
    await within(20_000, attempts, () => 'Some were never cleared.')
    await moved
    assert.ok(problems.length >= 4, `${problems.length} failures were reported`)
    const seen = (await events()).filter((event) => event.startsWith('user_status_changed '))
    assert.deepEqual(seen.sort(), people.map(({ id }) => `user_status_changed ${id}`).sort())
  })
})

test('the node whose work it is clears at the second, and another half a second later where it has not', async (t) => {
  const { clock, store, node, expiry, another, now, events } = await start(t, { expiring: { [ids.mel]: 60 } })
  const due = (now() + 60) * 1000
  const second = await another()
  await clock.moveTo(due)
  assert.deepEqual(await events(), told(ids.mel))
  await clock.moveTo(due + HOUR * 1000)
  assert.deepEqual(await events(), told(ids.mel))

  // The first node keeps the work and does nothing.
  await expiry.stop()
  const idle = async () => {}
  node.want({ teamId: '', name: 'expiry', spread: false, begin: idle, finish: idle, abandon: idle })
  await node.look()
  const next = now() + 60
  await setStatus(store, ids.bob, { text: 'x', emoji: ':train:', expiration: next })
  await clock.moveTo(next * 1000 + 499)
  assert.deepEqual(await events(), told(ids.mel))
  await clock.moveTo(next * 1000 + 500)
  assert.deepEqual(await events(), [...told(ids.mel), ...told(ids.bob)])

  // The first one goes: from then on it is the other's.
  const last = now() + 60
  await setStatus(store, ids.ada, { text: 'x', emoji: ':train:', expiration: last })
  await node.stop()
  await second.node.look()
  await clock.moveTo(last * 1000)
  assert.deepEqual(await events(), [...told(ids.mel), ...told(ids.bob), ...told(ids.ada)])
})

test('what is restored is watched anew, at the time that is set with it', async (t) => {
  const { clock, expiry, store, now, events } = await start(t, { expiring: { [ids.mel]: 60 } })
  const begin = now()
  const snapshot = await store.takeSnapshot()
  await setStatus(store, ids.bob, { text: 'x', emoji: ':train:', expiration: begin + 10 })
  await clock.moveTo((begin + 3600) * 1000)
  await expiry.reset(async () => {
    await clock.reset()
    clock.setFrozen(true)
    await store.restoreSnapshot(snapshot)
  })
  await clock.moveTo((begin + 59) * 1000)
  assert.deepEqual(await events(), [])
  await clock.moveTo((begin + 60) * 1000)
  assert.deepEqual(await events(), told(ids.mel))
})

test('stopping ends it while the store is away', async (t) => {
  const { clock, expiry, store, problems, now } = await start(t, { expiring: { [ids.mel]: 60 } })
  await store.close()
  const moved = clock.moveTo((now() + 60) * 1000)
  await until(() => (problems.length > 0 ? true : undefined))
  await expiry.stop()
  await moved
})

function crowd(count: number, expiration: number): User[] {
  const [model] = aWorld().users
  assert.ok(model)
  return Array.from({ length: count }, (_, index) => ({
    ...model,
    id: `U0CROWD${String(index).padStart(5, '0')}` as UserId,
    ordinal: 100 + index,
    email: `crowd${index}@coffee.example`,
    profile: { ...model.profile, status: { text: 'away', emoji: ':train:', expiration } },
  }))
}
