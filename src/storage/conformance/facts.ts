import assert from 'node:assert/strict'
import type { OtherFact } from '../../domain/event.ts'
import type { UserId } from '../../domain/ids.ts'
import type { Case } from './conformance.ts'
import { ADA, APP, BOB, grant, keyFor, OTHER_TEAM, setTitle, TEAM, team, user } from './people.ts'

export const FACTS: readonly Case[] = [
  {
    name: 'the facts of a change follow its events in the log, also where it has no events',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      const [changed, requested] = [emailChanged('a@example.com'), REQUESTED]
      await store.change(keyFor(ADA), (loaded) => ({ ...setTitle('a')(loaded), facts: [changed, requested] }))
      await store.change(keyFor(ADA), (loaded) => ({ ...setTitle('b', [])(loaded), facts: [message('b')], at: 2500 }))
      const log = await store.readLog(TEAM, 0, 10)
      assert.deepEqual(
        log.map(({ kind }) => kind),
        ['user', 'email_changed', 'email_requested', 'message'],
      )
      const seqs = log.map(({ seq }) => seq)
      assert.deepEqual(
        seqs,
        Array.from(seqs, (_, index) => (seqs[0] ?? 0) + index),
      )
      assert.deepEqual(log[1], { ...changed, seq: seqs[1], teamId: TEAM, at: 2000 })
      assert.deepEqual(log[2], { ...requested, seq: seqs[2], teamId: TEAM, at: 2000 })
      assert.deepEqual(log[3], { ...message('b'), seq: seqs[3], teamId: TEAM, at: 2500 })
      assert.equal((await store.findUser(TEAM, ADA))?.profile.title, 'b')
    },
  },
  {
    name: 'facts of a user who stays as loaded are written, and neither the user nor an event',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.change(keyFor(ADA), ({ user: ada }) => ({
        user: ada ?? user(ADA),
        events: ['user_change'],
        facts: [message('hello')],
        at: 7000,
      }))
      const [entry, ...rest] = await store.readLog(TEAM, 0, 10)
      assert.deepEqual(entry, { ...message('hello'), seq: entry?.seq, teamId: TEAM, at: 7000 })
      assert.deepEqual(rest, [])
      assert.deepEqual(await store.findUser(TEAM, ADA), user(ADA))
      assert.deepEqual(await store.findUsers(TEAM, null, 10), [user(ADA)])
      await store.change(keyFor(ADA), ({ user: ada }) => ({ user: ada ?? user(ADA), events: [], facts: [] }))
      assert.equal((await store.readLog(TEAM, 0, 10)).length, 1)
    },
  },
  {
    name: 'where a row is refused, its facts are refused with it, and those of the others are kept',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA, { email: 'ada@example.com' }), user(BOB, { ordinal: 1 })])
      const results = await Promise.allSettled([
        store.change(keyFor(ADA), (loaded) => ({ ...setTitle('one')(loaded), facts: [message('one')] })),
        store.change(keyFor(BOB), ({ user: bob }) => ({
          user: { ...(bob ?? user(BOB)), email: 'ada@example.com', updated: 2 },
          events: ['user_change'],
          facts: [emailChanged('ada@example.com')],
        })),
        store.change(keyFor(BOB), (loaded) => ({ ...setTitle('two')(loaded), facts: [message('two')] })),
      ])
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      )
      const told = (await store.readLog(TEAM, 0, 10)).map((entry) =>
        entry.kind === 'message' ? entry.text : entry.kind,
      )
      assert.deepEqual(told, ['user', 'one', 'user', 'two'])
    },
  },
  {
    name: 'what is to be told of a revoked token is in the log, once, with the time of revoking',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.addToken('xoxp-ada', grant('one'))
      await store.addToken('xoxp-eve', grant('two'))
      const given: unknown[] = []
      const tell = (revoked: unknown): OtherFact => {
        given.push(revoked)
        return { kind: 'tokens_revoked', userId: ADA, appId: APP, oauth: [ADA], bot: [] }
      }
      assert.equal(await store.revokeToken(TEAM, 'one', 500, tell), true)
      assert.equal(await store.revokeToken(TEAM, 'one', 600, tell), false)
      assert.equal(await store.revokeToken(TEAM, 'nobody', 600, tell), false)
      assert.equal(await store.revokeToken(TEAM, 'two', 600, () => undefined), true)
      assert.deepEqual(given, [grant('one', { revoked: true })])
      const [entry, ...rest] = await store.readLog(TEAM, 0, 10)
      const fact = { kind: 'tokens_revoked', userId: ADA, appId: APP, oauth: [ADA], bot: [] }
      assert.deepEqual(entry, { ...fact, seq: entry?.seq, teamId: TEAM, at: 500_000 })
      assert.deepEqual(rest, [])
      assert.equal(await store.findLastSeq(TEAM), entry?.seq)
    },
  },
  {
    name: 'a token stays as it was where telling of it fails',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.addToken('xoxp-ada', grant('one'))
      const tell = (): never => {
        throw new Error('a bug')
      }
      await assert.rejects(store.revokeToken(TEAM, 'one', 500, tell), /a bug/)
      assert.equal((await store.findGrant('xoxp-ada'))?.revoked, false)
      assert.equal(await store.revokeToken(TEAM, 'one', 500), true)
      assert.deepEqual(await store.readLog(TEAM, 0, 10), [])
    },
  },
  {
    name: 'an entry is found by its number',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.change(keyFor(ADA), (loaded) => ({ ...setTitle('a')(loaded), facts: [message('a')] }))
      const log = await store.readLog(TEAM, 0, 10)
      for (const entry of log) assert.deepEqual(await store.findEntry(TEAM, entry.seq), entry)
      assert.equal(log.length, 2)
      assert.equal(await store.findEntry(OTHER_TEAM, log[0]?.seq ?? 0), undefined)
      assert.equal(await store.findEntry(TEAM, (await store.findLastSeq(TEAM)) + 1), undefined)
      assert.equal(await store.findEntry(TEAM, 0), undefined)
    },
  },
  {
    name: 'the last entries of a kind are given oldest first, of one team',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.addTeam(team(OTHER_TEAM), [user(ADA, { teamId: OTHER_TEAM })])
      for (const [index, text] of ['a', 'b', 'c'].entries()) {
        const key = keyFor(ADA, { teamId: index === 1 ? OTHER_TEAM : TEAM })
        await store.change(key, (loaded) => ({ ...setTitle(text)(loaded), facts: [message(text)] }))
      }
      const log = await store.readLog(TEAM, 0, 10)
      const ofKind = (kind: string) => log.filter((entry) => entry.kind === kind)
      assert.equal(log.length, 4)
      assert.deepEqual(await store.findLast(TEAM, 'message', 10_000), ofKind('message'))
      assert.deepEqual(await store.findLast(TEAM, 'message', 1), ofKind('message').slice(-1))
      assert.deepEqual(await store.findLast(TEAM, 'user', 1), ofKind('user').slice(-1))
      assert.equal((await store.findLast(OTHER_TEAM, 'message', 10)).length, 1)
      assert.deepEqual(await store.findLast(TEAM, 'email_changed', 10), [])
      await assert.rejects(store.findLast(TEAM, 'message', 10_001), RangeError)
      await assert.rejects(store.findLast(TEAM, 'message', 0), RangeError)
    },
  },
]

function message(text: string): OtherFact {
  return { kind: 'message', userId: ADA, text }
}

function emailChanged(to: string): OtherFact {
  return { kind: 'email_changed', userId: ADA, from: null, to }
}

const REQUESTED: OtherFact = {
  kind: 'email_requested',
  userId: 'U0EVE00001' as UserId,
  from: 'old@example.com',
  to: 'new@example.com',
  code: 'secret',
  expiresAt: 9000,
}
