import assert from 'node:assert/strict'
import type { Undelivered } from '../store.ts'
import type { Case } from './conformance.ts'
import { ADA, OTHER_TEAM, TEAM, team, user } from './people.ts'

const READER = 'app:T0COFFEE1/A0STATUS01'

export const READERS: readonly Case[] = [
  {
    name: 'every reader has its own place in the log',
    run: async (place) => {
      const store = await place.open()
      assert.equal(await store.findCursor(READER), undefined)
      await store.saveProgress({ reader: READER, cursor: 0 })
      await store.saveProgress({ reader: 'mail', cursor: 7 })
      assert.equal(await store.findCursor(READER), 0)
      await store.saveProgress({ reader: READER, cursor: 5 })
      await store.saveProgress({ reader: READER, keep: [undelivered('Ev1')] })
      await store.saveProgress({ reader: 'mail', cursor: 3 })
      assert.equal(await store.findCursor(READER), 5)
      assert.equal(await store.findCursor('mail'), 3)
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
      const other = undelivered('Ev5', { nextAt: 500, reader: 'mail', teamId: OTHER_TEAM })
      await store.saveProgress({ reader: READER, cursor: 9, keep: [late, never, soonToo, soon] })
      await store.saveProgress({ reader: 'mail', keep: [other] })
      assert.deepEqual(await store.findUndelivered(READER, 10), [soon, soonToo, late, never])
      assert.deepEqual(await store.findUndelivered(null, 10), [soon, soonToo, other, late, never])
      assert.deepEqual(await store.findUndelivered(READER, 1), [soon])
      assert.deepEqual(await store.findUndelivered('nobody', 10), [])
      await assert.rejects(store.findUndelivered(READER, 1001), RangeError)
    },
  },
  {
    name: 'what is kept again replaces what was kept, and what is dropped is gone, of this reader only',
    run: async (place) => {
      const store = await place.open()
      const other = undelivered('Ev3', { reader: 'mail' })
      await store.saveProgress({ reader: READER, keep: [undelivered('Ev1'), undelivered('Ev2')] })
      await store.saveProgress({ reader: 'mail', keep: [other] })
      const again = undelivered('Ev1', { attempts: 2, reason: 'http_timeout', nextAt: null })
      await store.saveProgress({ reader: READER, keep: [again], drop: ['Ev2', 'Ev3', 'EvUnknown'] })
      assert.deepEqual(await store.findUndelivered(null, 10), [other, again])
    },
  },
  {
    name: 'progress is saved whole or not at all',
    run: async (place) => {
      const store = await place.open()
      await store.saveProgress({ reader: READER, cursor: 1, keep: [undelivered('Ev1')] })
      const broken = { ...undelivered('Ev2'), reason: undefined as unknown as string }
      await assert.rejects(
        store.saveProgress({ reader: READER, cursor: 2, keep: [undelivered('Ev3'), broken], drop: ['Ev1'] }),
      )
      assert.equal(await store.findCursor(READER), 1)
      assert.deepEqual(await store.findUndelivered(READER, 10), [undelivered('Ev1')])
    },
  },
  {
    name: 'progress is bounded',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      const keep = Array.from({ length: 6000 }, (_, index) => undelivered(`Ev${index}`))
      const drop = keep.map(({ id }) => id)
      await assert.rejects(store.saveProgress({ reader: READER, keep, drop }), RangeError)
      await store.saveProgress({ reader: READER, keep })
      assert.equal((await store.findUndelivered(READER, 1000)).length, 1000)
      await store.saveProgress({ reader: READER, drop })
      assert.deepEqual(await store.findUndelivered(READER, 1000), [])
    },
  },
]

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
