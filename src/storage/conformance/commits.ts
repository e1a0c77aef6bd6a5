import assert from 'node:assert/strict'
import { once } from 'node:events'
import { refuse } from '../../domain/errors.ts'
import type { UserId } from '../../domain/ids.ts'
import type { Change, Commit, Loaded, Store } from '../store.ts'
import type { Case } from './conformance.ts'
import { ADA, BOB, grant, keyFor, OTHER_TEAM, setTitle, TEAM, team, user, withStatus } from './people.ts'

export const COMMITS: readonly Case[] = [
  {
    name: 'a commit of many calls is told once, before its answers, with its last entry and its earliest expiry',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA), user(BOB, { ordinal: 1 })])
      const heard = listen(store)
      const answers = [
        store.change(keyFor(ADA), setExpiration(900)),
        store.change(keyFor(BOB), setExpiration(400)),
        store.change(keyFor(ADA), setExpiration(0)),
      ]
      await Promise.race(answers)
      assert.deepEqual(heard, [{ teams: new Map([[TEAM, 3]]), earliestExpiration: 400 }])
      await Promise.all(answers)
      await store.change(keyFor(BOB), setExpiration(0))
      assert.deepEqual(heard.slice(1), [{ teams: new Map([[TEAM, 4]]), earliestExpiration: 0 }])
    },
  },
  {
    name: 'what wrote nothing is not told',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      const heard = listen(store)
      await store.change(keyFor(ADA), () => refuse('too_long'))
      await store.change(keyFor(ADA), (loaded) => ({ user: loaded.user ?? user(ADA), events: [] }))
      await assert.rejects(store.addTeam(team(), []))
      assert.deepEqual(heard, [])
    },
  },
  {
    name: 'administrative writes are told too',
    run: async (place) => {
      const store = await place.open()
      const heard = listen(store)
      const expiring = [700, 0, 300].map((expiration, ordinal) => ({
        ...withStatus(`U0P${ordinal}` as UserId, expiration),
        ordinal,
      }))
      await store.addTeam(team(), expiring)
      await store.addToken('xoxp-ada', grant('one'))
      await store.revokeToken(TEAM, 'one', 5, () => ({ kind: 'message', userId: ADA, text: 'revoked' }))
      assert.deepEqual(heard, [
        { teams: new Map(), earliestExpiration: 300 },
        { teams: new Map(), earliestExpiration: 0 },
        { teams: new Map([[TEAM, 1]]), earliestExpiration: 0 },
      ])
    },
  },
  {
    name: 'a listener that was stopped hears no more, and the same function can listen twice',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      let calls = 0
      const count = () => {
        calls += 1
      }
      const stops = [store.onCommit(count), store.onCommit(count)]
      await store.change(keyFor(ADA), setTitle('a'))
      assert.equal(calls, 2)
      stops[0]?.()
      stops[0]?.()
      await store.change(keyFor(ADA), setTitle('b'))
      assert.equal(calls, 3)
      stops[1]?.()
      await store.change(keyFor(ADA), setTitle('c'))
      assert.equal(calls, 3)
    },
  },
  {
    name: 'a listener that throws harms neither the batch nor the other listeners, and is warned of',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      const warned = once(process, 'warning')
      store.onCommit(() => {
        throw new Error('a listener at fault')
      })
      const heard = listen(store)
      await store.change(keyFor(ADA), setTitle('a'))
      assert.deepEqual(heard, [{ teams: new Map([[TEAM, 1]]), earliestExpiration: 0 }])
      assert.equal((await store.findUser(TEAM, ADA))?.profile.title, 'a')
      const [warning] = await warned
      assert.match(String(warning), /a listener at fault/)
    },
  },
  {
    name: 'a commit says which logs have grown, and who follows a team hears of its own alone',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.addTeam(team(OTHER_TEAM), [user(ADA, { teamId: OTHER_TEAM })])
      const heard = listen(store)
      const followed: number[] = []
      const stop = store.follow(TEAM, (lastSeq) => followed.push(lastSeq))
      assert.equal(await store.findLastSeq(TEAM), 0)
      await Promise.all([
        store.change(keyFor(ADA), setTitle('a')),
        store.change(keyFor(ADA, { teamId: OTHER_TEAM }), setTitle('b')),
        store.change(keyFor(ADA, { teamId: OTHER_TEAM }), setTitle('c')),
      ])
      const heads = new Map([
        [TEAM, await store.findLastSeq(TEAM)],
        [OTHER_TEAM, await store.findLastSeq(OTHER_TEAM)],
      ])
      assert.deepEqual(heard, [{ teams: heads, earliestExpiration: 0 }])
      assert.equal(followed.at(-1), heads.get(TEAM))
      await store.change(keyFor(ADA), setTitle('d'))
      assert.equal(followed.at(-1), await store.findLastSeq(TEAM))
      stop()
      stop()
      followed.length = 0
      await store.change(keyFor(ADA), setTitle('e'))
      assert.deepEqual(followed, [])
    },
  },
  {
    name: 'who follows a team hears that its log was set back',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      const snapshot = await store.takeSnapshot()
      await store.change(keyFor(ADA), setTitle('a'))
      const followed: number[] = []
      store.follow(TEAM, (lastSeq) => followed.push(lastSeq))
      await store.restoreSnapshot(snapshot)
      assert.equal(followed.at(-1), 0)
      await store.change(keyFor(ADA), setTitle('b'))
      assert.equal(followed.at(-1), 1)
    },
  },
  {
    name: 'statuses that expire are found by their time, of all teams, whatever set them',
    run: async (place) => {
      const store = await place.open()
      const [first, second] = ['U0FIRST01', 'U0SECOND1'] as UserId[] as [UserId, UserId]
      assert.equal(await store.findNextExpiration(), undefined)
      assert.deepEqual(await store.findExpiring(1000, 10), [])
      await store.addTeam(team(), [user(ADA), { ...withStatus(first, 300), ordinal: 1 }])
      await store.addTeam(team(OTHER_TEAM), [{ ...withStatus(second, 200), teamId: OTHER_TEAM }])
      await store.change(keyFor(ADA), setExpiration(250))

      const due = [
        { teamId: OTHER_TEAM, userId: second, expiration: 200 },
        { teamId: TEAM, userId: ADA, expiration: 250 },
        { teamId: TEAM, userId: first, expiration: 300 },
      ]
      assert.equal(await store.findNextExpiration(), 200)
      assert.deepEqual(await store.findExpiring(300, 10), due)
      assert.deepEqual(await store.findExpiring(299, 10), due.slice(0, 2))
      assert.deepEqual(await store.findExpiring(300, 1), due.slice(0, 1))
      assert.deepEqual(await store.findExpiring(199, 10), [])
      await assert.rejects(store.findExpiring(300, 1001), RangeError)

      await store.change(keyFor(second, { teamId: OTHER_TEAM }), setExpiration(0))
      assert.equal(await store.findNextExpiration(), 250)
      await store.change(keyFor(ADA), setExpiration(800))
      await store.change(keyFor(first), setExpiration(0))
      assert.equal(await store.findNextExpiration(), 800)
      assert.deepEqual(await store.findExpiring(799, 10), [])
    },
  },
]

function listen(store: Store): readonly Commit[] {
  const heard: Commit[] = []
  store.onCommit((commit) => heard.push(commit))
  return heard
}

function setExpiration(expiration: number): (loaded: Loaded) => Change {
  return ({ user: loaded = user(ADA) }) => {
    const profile = { ...loaded.profile, status: { text: 'Away', emoji: ':palm_tree:', expiration } }
    return { user: { ...loaded, profile, updated: loaded.updated + 1 }, events: ['user_change'] }
  }
}
