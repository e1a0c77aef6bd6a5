import assert from 'node:assert/strict'
import { refuse } from '../../domain/errors.ts'
import type { TeamId, UserId } from '../../domain/ids.ts'
import type { StoreLimits } from '../limits.ts'
import { type Change, type Loaded, StorageUnavailable } from '../store.ts'
import type { Case } from './conformance.ts'
import { ADA, BOB, keyFor, setTitle, TEAM, team, titlesIn, user } from './people.ts'

export const BATCHES: readonly Case[] = [
  {
    name: 'a change gives back what was decided, and stores user and log entry',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA), user(BOB, { ordinal: 1 })])
      const key = keyFor(ADA, { actorId: BOB, userIds: [BOB, 'U0NOBODY' as UserId] })
      let given: Loaded | undefined
      const decision = await store.change(key, (loaded) => {
        given = loaded
        return { ...setTitle('Barista')(loaded), notices: ['kept'] }
      })
      assert.deepEqual(decision.notices, ['kept'])
      assert.equal(given?.actor?.id, BOB)
      assert.equal(given?.user?.id, ADA)
      assert.deepEqual([...(given?.knownUsers ?? [])], [BOB])

      const ada = await store.findUser(TEAM, ADA)
      assert.deepEqual(ada, decision.user)
      const [entry, ...rest] = await store.readLog(TEAM, 0, 10)
      assert.deepEqual(entry, {
        kind: 'user',
        seq: entry?.seq,
        teamId: TEAM,
        types: ['user_change', 'user_profile_changed'],
        user: decision.user,
        at: decision.user.updated * 1000,
      })
      assert.deepEqual(rest, [])
    },
  },
  {
    name: 'calls that wait together are decided in order, each on what the last one left, and share a commit',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA), user(BOB, { ordinal: 1 })])
      const seen: string[] = []
      const add = (letter: string, userId: UserId) =>
        store.change(keyFor(userId), (loaded) => {
          seen.push(letter)
          return setTitle(`${loaded.user?.profile.title}${letter}`)(loaded)
        })
      await Promise.all([add('a', ADA), add('b', ADA), add('c', BOB), add('d', ADA)])
      assert.deepEqual(seen, ['a', 'b', 'c', 'd'])
      assert.equal((await store.findUser(TEAM, ADA))?.profile.title, 'abd')
      assert.equal((await store.findUser(TEAM, ADA))?.updated, 4)
      const titles = titlesIn(await store.readLog(TEAM, 0, 10))
      assert.deepEqual(titles, ['a', 'ab', 'c', 'abd'])
      assert.partialDeepStrictEqual(store.stats(), { queued: 0, batches: 1, changes: 4 })
    },
  },
  {
    name: 'an actor who was changed earlier in the batch is seen as changed',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA), user(BOB, { ordinal: 1 })])
      const demote = store.change(keyFor(ADA), ({ user: ada }) => ({
        user: { ...(ada ?? user(ADA)), role: 'guest', updated: 2 },
        events: [],
      }))
      const judge = store.change(keyFor(BOB, { actorId: ADA }), ({ actor }) => refuse('not_admin', actor?.role))
      assert.deepEqual(await judge, refuse('not_admin', 'guest'))
      await demote
      assert.deepEqual(await store.readLog(TEAM, 0, 10), [])
    },
  },
  {
    name: 'a refusal, and a decision that gives the loaded user back, write nothing',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      const before = await store.findUser(TEAM, ADA)
      const refusal = await store.change(keyFor(ADA), () => refuse('too_long', 'Too long.', { limit: 80 }))
      assert.deepEqual(refusal, refuse('too_long', 'Too long.', { limit: 80 }))
      await store.change(keyFor(ADA), (loaded) => ({ user: loaded.user ?? user(ADA), events: ['user_change'] }))
      assert.deepEqual(await store.findUser(TEAM, ADA), before)
      assert.deepEqual(await store.readLog(TEAM, 0, 10), [])
      assert.partialDeepStrictEqual(store.stats(), { queued: 0, batches: 0, changes: 0 })
    },
  },
  {
    name: 'a decision that throws fails its own call and no other',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA), user(BOB, { ordinal: 1 })])
      const results = await Promise.allSettled([
        store.change(keyFor(ADA), setTitle('one')),
        store.change(keyFor(ADA), (): Change => {
          throw new Error('a bug')
        }),
        store.change(keyFor('U0NOBODY' as UserId), setTitle('nobody')),
        store.change(keyFor(BOB), setTitle('two')),
      ])
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
      )
      assert.equal((await store.findUser(TEAM, ADA))?.profile.title, 'one')
      assert.equal((await store.findUser(TEAM, BOB))?.profile.title, 'two')
    },
  },
  {
    name: 'a decision cannot turn one user into another',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA), user(BOB, { ordinal: 1 })])
      const change = store.change(keyFor(ADA), () => ({ user: user(BOB, { ordinal: 1, updated: 9 }), events: [] }))
      await assert.rejects(change, /must keep/)
      assert.equal((await store.findUser(TEAM, BOB))?.updated, 1)
    },
  },
  {
    name: 'of two calls that take one address in one batch, the second sees the first one have it',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA), user(BOB, { ordinal: 1 })])
      let decided = 0
      const take = (userId: UserId, email: string) =>
        store.change(keyFor(userId, { emails: [email] }), (loaded) => {
          decided += 1
          return takeEmail(userId, email)(loaded)
        })
      const [ada, bob] = await Promise.all([take(ADA, 'New@Example.com'), take(BOB, 'nEW@example.com')])
      assert.equal(decided, 2)
      assert.equal('refused' in ada, false)
      assert.deepEqual(bob, refuse('email_taken', ADA))
      assert.equal((await store.findUser(TEAM, BOB))?.email, null)
    },
  },
  {
    name: 'an address that is given up can be taken in the same batch, and two people can swap theirs',
    run: async (place) => {
      const store = await place.open()
      const [first, second] = ['ada@example.com', 'bob@example.com']
      await store.addTeam(team(), [user(ADA, { email: first }), user(BOB, { ordinal: 1, email: second })])
      const take = (userId: UserId, email: string) =>
        store.change(keyFor(userId, { emails: [email] }), takeEmail(userId, email))
      const decisions = await Promise.all([
        take(ADA, second),
        take(ADA, 'spare@example.com'),
        take(BOB, first),
        take(ADA, second),
      ])
      assert.deepEqual(
        decisions.map((decision) => 'refused' in decision),
        [true, false, false, false],
      )
      assert.equal((await store.findUser(TEAM, ADA))?.email, second)
      assert.equal((await store.findUser(TEAM, BOB))?.email, first)
    },
  },
  {
    name: 'a row that the database refuses costs its own call and no other',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA, { email: 'ada@example.com' }), user(BOB, { ordinal: 1 })])
      const results = await Promise.allSettled([
        store.change(keyFor(ADA), setTitle('one')),
        // The decision does not ask who has the address, as a decision should.
        store.change(keyFor(BOB), takeEmail(BOB, 'ADA@example.com')),
        store.change(keyFor(BOB), setTitle('two')),
      ])
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      )
      const bob = await store.findUser(TEAM, BOB)
      assert.deepEqual([bob?.email, bob?.profile.title, bob?.updated], [null, 'two', 2])
      const titles = titlesIn(await store.readLog(TEAM, 0, 10))
      assert.deepEqual(titles, ['one', 'two'])
    },
  },
  {
    name: 'a batch is bounded in calls and in text, and every call is answered all the same',
    run: async (place) => {
      const ids = Array.from({ length: 40 }, (_, index) => `U0P${index + 100}` as UserId)
      const batchesWith = async (teamId: TeamId, limits: Partial<StoreLimits>) => {
        const store = await place.open(limits)
        await store.addTeam(
          team(teamId),
          ids.map((id, ordinal) => user(id, { teamId, ordinal })),
        )
        await Promise.all(ids.map((userId) => store.change(keyFor(userId, { teamId }), setTitle('x'.repeat(1000)))))
        const { batches, changes } = store.stats()
        assert.equal(changes, 40)
        await store.close()
        return batches
      }
      assert.equal(await batchesWith(TEAM, {}), 1)
      assert.equal(await batchesWith('T0CALLS01' as TeamId, { batchCallsMax: 10 }), 4)
      // A user takes between 1,000 and 2,000 characters, so that two of them fill a batch.
      assert.equal(await batchesWith('T0TEXT001' as TeamId, { batchTextMax: 2000 }), 20)
    },
  },
  {
    name: 'a full queue takes no further call and loses none of those it took',
    run: async (place) => {
      const store = await place.open({ queuedCallsMax: 3 })
      await store.addTeam(team(), [user(ADA)])
      const calls = ['a', 'b', 'c', 'd', 'e'].map((title) => store.change(keyFor(ADA), setTitle(title)))
      assert.equal(store.stats().queued, 3)
      const results = await Promise.allSettled(calls)
      assert.deepEqual(
        results.map((result) => (result.status === 'rejected' ? result.reason instanceof StorageUnavailable : 'done')),
        ['done', 'done', 'done', true, true],
      )
      assert.equal((await store.findUser(TEAM, ADA))?.profile.title, 'c')
      await store.change(keyFor(ADA), setTitle('again'))
    },
  },
  {
    name: 'the log numbers entries upwards without losing one, and is read page by page',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      for (const title of ['a', 'b', 'c', 'd', 'e']) await store.change(keyFor(ADA), setTitle(title))
      await store.change(keyFor(ADA), setTitle('silent', []))

      const read: string[] = []
      let after = 0
      for (
        let page = await store.readLog(TEAM, after, 2);
        page.length > 0;
        page = await store.readLog(TEAM, after, 2)
      ) {
        read.push(...titlesIn(page))
        for (const entry of page) {
          assert.ok(entry.seq > after)
          after = entry.seq
        }
      }
      assert.deepEqual(read, ['a', 'b', 'c', 'd', 'e'])
      await assert.rejects(store.readLog(TEAM, 0, 1001), RangeError)
    },
  },
  {
    name: 'a closing store finishes what is queued and takes nothing new',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      const queued = store.change(keyFor(ADA), setTitle('last'))
      const closing = store.close()
      await assert.rejects(store.change(keyFor(ADA), setTitle('late')), StorageUnavailable)
      assert.equal((await queued).user.profile.title, 'last')
      await closing
      await assert.rejects(store.findUser(TEAM, ADA), StorageUnavailable)
      await store.close()
    },
  },
]

function takeEmail(userId: UserId, email: string) {
  return ({ user: loaded, emailOwners }: Loaded) => {
    const owner = emailOwners.get(email.toLowerCase())
    if (owner !== undefined && owner !== userId) return refuse('email_taken', owner)
    return { user: { ...(loaded ?? user(userId)), email, updated: 2 }, events: [] }
  }
}
