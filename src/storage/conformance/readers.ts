import assert from 'node:assert/strict'
import { refuse } from '../../domain/errors.ts'
import { MAIL_READER, type OtherFact } from '../../domain/event.ts'
import type { TeamId } from '../../domain/ids.ts'
import type { Undelivered } from '../store.ts'
import type { Case } from './conformance.ts'
import { ADA, keyFor, OTHER_TEAM, setTitle, TEAM, team, user } from './people.ts'

const READER = 'app:T0COFFEE1/A0STATUS01'

export const READERS: readonly Case[] = [
  {
    name: 'every reader has its own place in the log of each team',
    run: async (place) => {
      const store = await place.open()
      assert.equal(await store.findCursor(TEAM, READER), undefined)
      await store.saveProgress({ teamId: TEAM, reader: READER, cursor: 0 })
      await store.saveProgress({ teamId: TEAM, reader: 'mail', cursor: 7 })
      assert.equal(await store.findCursor(TEAM, READER), 0)
      await store.saveProgress({ teamId: TEAM, reader: READER, cursor: 5 })
      await store.saveProgress({ teamId: TEAM, reader: READER, keep: [undelivered('Ev1')] })
      await store.saveProgress({ teamId: TEAM, reader: 'mail', cursor: 3 })
      await store.saveProgress({ teamId: OTHER_TEAM, reader: 'mail', cursor: 9 })
      assert.equal(await store.findCursor(TEAM, READER), 5)
      assert.equal(await store.findCursor(TEAM, 'mail'), 3)
      assert.equal(await store.findCursor(OTHER_TEAM, 'mail'), 9)
      assert.equal(await store.findCursor(OTHER_TEAM, READER), undefined)
    },
  },
  {
    name: 'readers that have never said how far they have come begin at the end of the log of their team',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.beginReaders(TEAM, ['early'])
      await store.change(keyFor(ADA), setTitle('a'))
      const end = await store.findLastSeq(TEAM)
      await store.saveProgress({ teamId: TEAM, reader: READER, cursor: 0 })
      await store.beginReaders(TEAM, [READER, 'early', 'late', 'later'])
      await store.beginReaders(OTHER_TEAM, ['late'])
      const cursors = [READER, 'early', 'late', 'later'].map((reader) => store.findCursor(TEAM, reader))
      assert.deepEqual(await Promise.all(cursors), [0, 0, end, end])
      assert.equal(await store.findCursor(OTHER_TEAM, 'late'), 0)
      await store.change(keyFor(ADA), setTitle('b'))
      assert.equal((await store.readLog(TEAM, end, 10)).length, 1)
    },
  },
  {
    name: 'the undelivered come in the order of their next attempt, those that are given up last',
    run: async (place) => {
      const store = await place.open()
      const [late, soon, never, soonToo] = [
        undelivered('Ev1', { nextAt: 900 }),
        undelivered('Ev2', { nextAt: 100, seq: 8 }),
        undelivered('Ev3', { nextAt: null, attempts: 4, reason: 'http_error' }),
        undelivered('Ev4', { nextAt: 100, seq: 9 }),
      ]
      const other = undelivered('Ev5', { nextAt: 500, reader: 'mail' })
      const elsewhere = undelivered('Ev1', { nextAt: 500, teamId: OTHER_TEAM })
      await store.saveProgress({ teamId: TEAM, reader: READER, cursor: 9, keep: [late, never, soonToo, soon] })
      await store.saveProgress({ teamId: TEAM, reader: 'mail', keep: [other] })
      await store.saveProgress({ teamId: OTHER_TEAM, reader: READER, keep: [elsewhere] })
      assert.deepEqual(await store.findUndelivered(TEAM, READER, 10), [soon, soonToo, late, never])
      assert.deepEqual(await store.findUndelivered(TEAM, null, 10), [soon, soonToo, other, late, never])
      assert.deepEqual(await store.findUndelivered(TEAM, READER, 1), [soon])
      assert.deepEqual(await store.findUndelivered(OTHER_TEAM, null, 10), [elsewhere])
      assert.deepEqual(await store.findUndelivered(TEAM, 'nobody', 10), [])
      await assert.rejects(store.findUndelivered(TEAM, READER, 1001), RangeError)
      assert.deepEqual(await store.findUndeliveredById(TEAM, 'Ev1'), late)
      assert.deepEqual(await store.findUndeliveredById(TEAM, 'Ev3'), never)
      assert.deepEqual(await store.findUndeliveredById(OTHER_TEAM, 'Ev1'), elsewhere)
      assert.equal(await store.findUndeliveredById(OTHER_TEAM, 'Ev3'), undefined)
    },
  },
  {
    name: 'what is kept again replaces what was kept, and what is dropped is gone, of this reader only',
    run: async (place) => {
      const store = await place.open()
      const other = undelivered('Ev3', { reader: 'mail' })
      await store.saveProgress({ teamId: TEAM, reader: READER, keep: [undelivered('Ev1'), undelivered('Ev2')] })
      await store.saveProgress({ teamId: TEAM, reader: 'mail', keep: [other] })
      const again = undelivered('Ev1', { attempts: 2, reason: 'http_timeout', nextAt: null })
      await store.saveProgress({ teamId: TEAM, reader: READER, keep: [again], drop: ['Ev2', 'Ev3', 'EvUnknown'] })
      assert.deepEqual(await store.findUndelivered(TEAM, null, 10), [other, again])
      await store.saveProgress({ teamId: OTHER_TEAM, reader: READER, drop: ['Ev1'] })
      assert.deepEqual(await store.findUndelivered(TEAM, null, 10), [other, again])
    },
  },
  {
    name: 'progress is saved whole or not at all',
    run: async (place) => {
      const store = await place.open()
      await store.saveProgress({ teamId: TEAM, reader: READER, cursor: 1, keep: [undelivered('Ev1')] })
      const broken = { ...undelivered('Ev2'), reason: undefined as unknown as string }
      await assert.rejects(
        store.saveProgress({
          teamId: TEAM,
          reader: READER,
          cursor: 2,
          keep: [undelivered('Ev3'), broken],
          drop: ['Ev1'],
        }),
      )
      assert.equal(await store.findCursor(TEAM, READER), 1)
      assert.deepEqual(await store.findUndelivered(TEAM, READER, 10), [undelivered('Ev1')])
    },
  },
  {
    name: 'progress is bounded, and of one team',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      const keep = Array.from({ length: 6000 }, (_, index) => undelivered(`Ev${index}`))
      const drop = keep.map(({ id }) => id)
      await assert.rejects(store.saveProgress({ teamId: TEAM, reader: READER, keep, drop }), RangeError)
      await assert.rejects(
        store.saveProgress({ teamId: OTHER_TEAM, reader: READER, keep: keep.slice(0, 1) }),
        RangeError,
      )
      await store.saveProgress({ teamId: TEAM, reader: READER, keep })
      assert.equal((await store.findUndelivered(TEAM, READER, 1000)).length, 1000)
      await store.saveProgress({ teamId: TEAM, reader: READER, drop })
      assert.deepEqual(await store.findUndelivered(TEAM, READER, 1000), [])
    },
  },
  {
    name: 'what is due is claimed once, of all teams, and again when its new time has come',
    run: async (place) => {
      const store = await place.open()
      const [first, second, later, never] = [
        undelivered('Ev1', { nextAt: 100, teamId: OTHER_TEAM }),
        undelivered('Ev1', { nextAt: 200 }),
        undelivered('Ev2', { nextAt: 201 }),
        undelivered('Ev3', { nextAt: null }),
      ]
      assert.equal(await store.findNextDue(READER), undefined)
      await store.saveProgress({ teamId: TEAM, reader: READER, keep: [second, later, never] })
      await store.saveProgress({ teamId: OTHER_TEAM, reader: READER, keep: [first] })
      await store.saveProgress({
        teamId: TEAM,
        reader: 'other',
        keep: [undelivered('Ev4', { reader: 'other', nextAt: 1 })],
      })
      assert.equal(await store.findNextDue(READER), 100)
      assert.deepEqual(await store.claimDue(READER, 99, 500, 10), [])
      assert.deepEqual(await store.claimDue(READER, 200, 500, 1), [{ ...first, nextAt: 500 }])
      assert.deepEqual(await store.claimDue(READER, 200, 600, 10), [{ ...second, nextAt: 600 }])
      assert.deepEqual(await store.claimDue(READER, 200, 600, 10), [])
      assert.equal(await store.findNextDue(READER), 201)
      assert.deepEqual(
        await store.claimDue(READER, 500, 700, 10).then(byId),
        [first, later].map((row) => ({ ...row, nextAt: 700 })),
      )
      assert.deepEqual(await store.findUndelivered(OTHER_TEAM, READER, 10), [{ ...first, nextAt: 700 }])
      await assert.rejects(store.claimDue(READER, 500, 700, 1001), RangeError)
    },
  },
  {
    name: 'of many who claim at once, each row goes to one',
    run: async (place) => {
      const store = await place.open()
      const keep = Array.from({ length: 200 }, (_, index) => undelivered(`Ev${index}`, { nextAt: 100 }))
      await store.saveProgress({ teamId: TEAM, reader: READER, keep })
      const claims = await Promise.all(Array.from({ length: 20 }, () => store.claimDue(READER, 100, 500, 50)))
      const ids = claims.flat().map(({ id }) => id)
      assert.equal(ids.length, new Set(ids).size)
      while ((await store.claimDue(READER, 100, 500, 50)).length > 0);
      assert.equal(await store.findNextDue(READER), 500)
    },
  },
  {
    name: 'a fact that asks for a mail waits for the one who sends it from its commit on',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.addTeam(team(OTHER_TEAM), [user(ADA, { teamId: OTHER_TEAM })])
      const mailed = (to: string): OtherFact => ({ kind: 'email_changed', userId: ADA, from: null, to })
      const message: OtherFact = { kind: 'message', userId: ADA, text: 'no mail' }
      const tell = (teamId: TeamId, at: number, ...facts: readonly OtherFact[]) =>
        store.change(keyFor(ADA, { teamId }), (loaded) => ({ ...setTitle('a')(loaded), facts, at }))
      await Promise.all([
        tell(TEAM, 300, mailed('a@example.com'), message, mailed('b@example.com')),
        tell(OTHER_TEAM, 100, mailed('c@example.com')),
        tell(TEAM, 200, message),
      ])
      await store.change(keyFor(ADA), () => refuse('too_long'))
      const entries = async (teamId: TeamId) =>
        (await store.readLog(teamId, 0, 10)).filter(({ kind }) => kind === 'email_changed')
      for (const teamId of [TEAM, OTHER_TEAM]) {
        const waiting = await store.findUndelivered(teamId, MAIL_READER, 10)
        assert.deepEqual(
          waiting,
          (await entries(teamId)).map(({ seq, at, kind }) => ({
            ...{ id: `mail-${seq}`, reader: MAIL_READER, teamId, seq, type: kind },
            ...{ attempts: 0, reason: '', nextAt: at },
          })),
        )
      }
      assert.equal(await store.findNextDue(MAIL_READER), 100)
      assert.equal((await store.claimDue(MAIL_READER, 300, 900, 10)).length, 3)
    },
  },
]

function byId(rows: readonly Undelivered[]): readonly Undelivered[] {
  return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

export function undelivered(id: string, given: Partial<Undelivered> = {}): Undelivered {
  return {
    id,
    reader: READER,
    teamId: TEAM,
    seq: 7,
    type: 'user_change',
    attempts: 1,
    reason: 'http_error',
    nextAt: 1000,
    ...given,
  }
}
