import assert from 'node:assert/strict'
import { type Lease, LeaseLost, type Leases, type WorkName } from '../leases.ts'
import type { Case } from './conformance.ts'
import { OTHER_TEAM, TEAM, team } from './people.ts'

const LONG = 600_000
/** A life that is over as soon as it has begun. */
const OVER = 0
const READER = 'app:A0STATUS01'
const WORK: WorkName = { teamId: TEAM, name: READER }
const OTHER_WORK: WorkName = { teamId: OTHER_TEAM, name: READER }
const EXPIRY: WorkName = { teamId: '', name: 'expiry' }

export const LEASES: readonly Case[] = [
  {
    name: 'a node hears of all that live, until its own life is over',
    run: async (place) => {
      const { leases } = await place.open()
      await leases.begin('two', LONG)
      assert.deepEqual(await leases.renew('two', LONG), ['two'])
      await leases.begin('one', LONG)
      await leases.begin('gone', OVER)
      assert.deepEqual(await leases.renew('two', LONG), ['one', 'two'])
      assert.deepEqual(await leases.renew('gone', LONG), [])
      await leases.end('one')
      assert.deepEqual(await leases.renew('one', LONG), [])
      assert.deepEqual(await leases.renew('two', LONG), ['two'])
      assert.deepEqual(await leases.renew('unknown', LONG), [])
    },
  },
  {
    name: 'a node is one life: nobody begins another under its id',
    run: async (place) => {
      const { leases } = await place.open()
      await leases.begin('one', LONG)
      await assert.rejects(leases.begin('one', LONG))
      assert.deepEqual(await leases.renew('one', LONG), ['one'])
    },
  },
  {
    name: 'one node at a time has a piece of work, and each taking has another epoch',
    run: async (place) => {
      const { leases } = await openNodes(place, ['one', 'two'])
      const [first] = await leases.take('one', [WORK])
      assert.deepEqual(first, { ...WORK, owner: 'one', epoch: 1 })
      assert.deepEqual(await leases.take('two', [WORK]), [])
      assert.deepEqual(await leases.take('two', []), [])
      const more = await leases.take('two', [WORK, OTHER_WORK, EXPIRY])
      assert.deepEqual(sorted(more), [
        { ...EXPIRY, owner: 'two', epoch: 1 },
        { ...OTHER_WORK, owner: 'two', epoch: 1 },
      ])
      await leases.giveBack([first as Lease])
      assert.deepEqual(await leases.take('two', [WORK]), [{ ...WORK, owner: 'two', epoch: 2 }])
    },
  },
  {
    name: 'a node may take again what it has: it may not have heard of it',
    run: async (place) => {
      const { leases } = await openNodes(place, ['one'])
      const [first] = await leases.take('one', [WORK])
      assert.deepEqual(await leases.take('one', [WORK]), [{ ...WORK, owner: 'one', epoch: 2 }])
      await leases.giveBack([first as Lease])
      await leases.begin('two', LONG)
      assert.deepEqual(await leases.take('two', [WORK]), [], 'what was given back was of another epoch')
    },
  },
  {
    name: 'what is given back by somebody else stays where it is',
    run: async (place) => {
      const { leases } = await openNodes(place, ['one', 'two'])
      const [lease] = await leases.take('one', [WORK])
      await leases.giveBack([
        { ...(lease as Lease), owner: 'two' },
        { ...(lease as Lease), epoch: 7 },
        { ...EXPIRY, owner: 'one', epoch: 1 },
      ])
      assert.deepEqual(await leases.take('two', [WORK]), [])
    },
  },
  {
    name: 'what a node had is free when it has ended, or when its life is over',
    run: async (place) => {
      const { leases } = await openNodes(place, ['one', 'heir'])
      await leases.take('one', [WORK])
      await leases.end('one')
      assert.deepEqual(await leases.take('heir', [WORK]), [{ ...WORK, owner: 'heir', epoch: 2 }])

      await leases.begin('paused', OVER)
      await leases.take('paused', [EXPIRY])
      assert.deepEqual(await leases.take('heir', [EXPIRY]), [{ ...EXPIRY, owner: 'heir', epoch: 2 }])
    },
  },
  {
    name: 'a node that was paused finds that its life is over, and gets nothing back by renewing it',
    run: async (place) => {
      const { leases } = await openNodes(place, ['paused', 'heir'])
      await leases.take('paused', [WORK])
      // Its next sign of life comes, and then none for too long.
      await leases.renew('paused', OVER)
      assert.deepEqual(await leases.renew('paused', LONG), [])
      assert.deepEqual(await leases.take('heir', [WORK]), [{ ...WORK, owner: 'heir', epoch: 2 }])
      assert.deepEqual(await leases.renew('paused', LONG), [])
      assert.deepEqual(await leases.renew('heir', LONG), ['heir'])
    },
  },
  {
    name: 'of many who want the same at once, each piece goes to one',
    run: async (place) => {
      const nodes = Array.from({ length: 8 }, (_, index) => `node-${index}`)
      const { leases } = await openNodes(place, [...nodes, 'before'])
      const works = Array.from({ length: 40 }, (_, index) => ({ teamId: TEAM, name: `app:${index}` }))
      // Some are new, some are free, and some are a dead node's.
      await leases.giveBack(await leases.take('before', works.slice(0, 10)))
      await leases.take('before', works.slice(10, 20))
      await leases.end('before')
      const taken = await Promise.all(nodes.map((node) => leases.take(node, works)))
      const names = taken.flat().map(({ name }) => name)
      assert.equal(new Set(names).size, names.length, 'none is taken twice')
      const rest = await leases.take('node-0', works)
      const held = new Set([...names, ...rest.map(({ name }) => name)])
      assert.equal(held.size, works.length, 'and none is lost')
    },
  },
  {
    name: 'progress is saved with the lease of today, and with no other',
    run: async (place) => {
      const store = await openNodes(place, ['one', 'two'])
      const { leases } = store
      await store.addTeam(team(), [])
      const [lease] = (await leases.take('one', [WORK])) as [Lease]
      await store.saveProgress({ teamId: TEAM, reader: READER, cursor: 3, lease })

      const none = { ...lease, name: 'app:A0OTHER001' }
      for (const wrong of [{ ...lease, epoch: 2 }, { ...lease, owner: 'two' }, none]) {
        await assert.rejects(store.saveProgress({ teamId: TEAM, reader: READER, cursor: 4, lease: wrong }), LeaseLost)
      }
      await leases.end('one')
      // Nobody has taken it yet, so that nobody is in its way.
      await store.saveProgress({ teamId: TEAM, reader: READER, cursor: 5, lease })
      const [heir] = (await leases.take('two', [WORK])) as [Lease]
      const undelivered = { id: 'Ev1', reader: READER, teamId: TEAM, seq: 6, type: 'user_change' }
      const kept = { ...undelivered, attempts: 1, reason: 'http_error', nextAt: 1000 }
      await assert.rejects(
        store.saveProgress({ teamId: TEAM, reader: READER, cursor: 6, keep: [kept], lease }),
        LeaseLost,
      )
      assert.equal(await store.findCursor(TEAM, READER), 5)
      assert.deepEqual(await store.findUndelivered(TEAM, READER, 10), [])
      await store.saveProgress({ teamId: TEAM, reader: READER, cursor: 7, lease: heir })
      await leases.giveBack([heir])
      await assert.rejects(store.saveProgress({ teamId: TEAM, reader: READER, cursor: 8, lease: heir }), LeaseLost)
      assert.equal(await store.findCursor(TEAM, READER), 7)
    },
  },
]

async function openNodes(place: Parameters<Case['run']>[0], nodes: readonly string[]) {
  const store = await place.open()
  const { leases }: { leases: Leases } = store
  for (const node of nodes) await leases.begin(node, LONG)
  return store
}

function sorted(leases: readonly Lease[]): readonly Lease[] {
  return leases.toSorted((one, other) => (one.teamId < other.teamId ? -1 : 1))
}
