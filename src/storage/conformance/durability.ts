import assert from 'node:assert/strict'
import { refuse } from '../../domain/errors.ts'
import type { Change, Loaded } from '../store.ts'
import type { Case } from './conformance.ts'
import { ADA, BOB, fullTeam, grant, keyFor, setTitle, TEAM, team, titlesIn, user } from './people.ts'
import { undelivered } from './readers.ts'

/** For engines that keep what they were given when they are closed. */
export const DURABILITY: readonly Case[] = [
  {
    name: 'what was answered is there after the store was opened again',
    run: async (place) => {
      const first = await place.open()
      await first.addTeam(fullTeam(), [user(ADA), user(BOB, { ordinal: 1 })])
      await first.addToken('xoxp-ada', grant('one'))
      await first.addToken('xoxp-bob', grant('two', { userId: BOB }))
      await first.revokeToken(TEAM, 'two', 500)
      const withFact = (loaded: Loaded): Change => ({
        ...setTitle('b')(loaded),
        facts: [{ kind: 'message', userId: BOB, text: 'b' }],
      })
      await Promise.all([first.change(keyFor(ADA), setTitle('a')), first.change(keyFor(BOB), withFact)])
      const log = await first.readLog(TEAM, 0, 10)
      await first.saveProgress({
        teamId: TEAM,
        reader: 'mail',
        cursor: 2,
        keep: [undelivered('Ev1', { reader: 'mail' })],
      })
      const snapshot = await first.takeSnapshot()
      await first.close()

      const second = await place.open()
      assert.deepEqual(await second.getTeam(TEAM), fullTeam())
      assert.equal((await second.findUser(TEAM, ADA))?.profile.title, 'a')
      assert.equal((await second.findUser(TEAM, BOB))?.profile.title, 'b')
      assert.deepEqual(await second.findGrant('xoxp-ada'), grant('one'))
      assert.equal((await second.findGrant('xoxp-bob'))?.revoked, true)
      assert.deepEqual(await second.readLog(TEAM, 0, 10), log)
      assert.equal(await second.findLastSeq(TEAM), 3)
      assert.equal(await second.findCursor(TEAM, 'mail'), 2)
      assert.deepEqual(await second.findUndelivered(TEAM, null, 10), [undelivered('Ev1', { reader: 'mail' })])
      assert.deepEqual(await second.takeSnapshot(), snapshot)
    },
  },
  {
    name: 'a changed team and what the log tells of it are there after the store was opened again',
    run: async (place) => {
      const first = await place.open()
      await first.addTeam(team(), [])
      const fact = { kind: 'team_pref_changed', userId: ADA, name: 'state', value: 'ekm_access_denied' } as const
      const changed = { ...team(), settings: fullTeam().settings }
      await first.changeTeam(TEAM, () => ({ team: changed, facts: [fact], at: 7000 }))
      await first.close()

      const second = await place.open()
      assert.deepEqual(await second.getTeam(TEAM), changed)
      assert.deepEqual(await second.readLog(TEAM, 0, 10), [{ ...fact, seq: 1, teamId: TEAM, at: 7000 }])
    },
  },
  {
    name: 'what was refused or failed is not there after the store was opened again',
    run: async (place) => {
      const first = await place.open()
      await first.addTeam(team(), [user(ADA)])
      await first.change(keyFor(ADA), () => refuse('too_long'))
      await assert.rejects(
        first.change(keyFor(ADA), () => {
          throw new Error('a bug')
        }),
      )
      await first.close()

      const second = await place.open()
      assert.deepEqual(await second.findUser(TEAM, ADA), user(ADA))
      assert.deepEqual(await second.readLog(TEAM, 0, 10), [])
    },
  },
  {
    name: 'the log goes on from its last number',
    run: async (place) => {
      const first = await place.open()
      await first.addTeam(team(), [user(ADA)])
      await first.change(keyFor(ADA), setTitle('a'))
      const before = await first.readLog(TEAM, 0, 10)
      await first.close()

      const second = await place.open()
      await second.change(keyFor(ADA), setTitle('b'))
      const after = await second.readLog(TEAM, before[0]?.seq ?? 0, 10)
      assert.deepEqual(titlesIn(after), ['b'])
    },
  },
  {
    name: 'a restored snapshot is what is there after the store was opened again',
    run: async (place) => {
      const first = await place.open()
      await first.addTeam(team(), [user(ADA)])
      await first.change(keyFor(ADA), setTitle('a'))
      const snapshot = await first.takeSnapshot()
      await first.change(keyFor(ADA), setTitle('b'))
      await first.restoreSnapshot(snapshot)
      await first.close()

      const second = await place.open()
      assert.equal((await second.findUser(TEAM, ADA))?.profile.title, 'a')
      assert.equal(await second.findLastSeq(TEAM), 1)
      assert.deepEqual(await second.takeSnapshot(), snapshot)
    },
  },
]
