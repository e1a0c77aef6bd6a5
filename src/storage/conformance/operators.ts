import assert from 'node:assert/strict'
import { refuse } from '../../domain/errors.ts'
import { MAIL_READER } from '../../domain/event.ts'
import type { BatchSeen, Undelivered } from '../store.ts'
import { StorageUnavailable } from '../store.ts'
import type { Case } from './conformance.ts'
import { ADA, BOB, keyFor, OTHER_TEAM, setTitle, TEAM, team, user } from './people.ts'

const READER = 'app:T0COFFEE1/A0STATUS01'

export const OPERATORS: readonly Case[] = [
  {
    name: 'each commit of changes is told with its size and its time',
    run: async (place) => {
      const store = await place.open()
      const heard: BatchSeen[] = []
      const stop = store.onBatch((batch) => heard.push(batch))
      await store.addTeam(team(), [user(ADA), user(BOB, { ordinal: 1 })])
      await Promise.all([
        store.change(keyFor(ADA), setTitle('a')),
        store.change(keyFor(ADA), () => refuse('too_long')),
        store.change(keyFor(BOB), setTitle('b')),
      ])
      await store.change(keyFor(ADA), () => refuse('too_long'))
      stop()
      await store.change(keyFor(ADA), setTitle('c'))
      assert.deepEqual(
        heard.map(({ changes }) => changes),
        [2],
      )
      assert.ok(heard.every(({ durationMs }) => durationMs > 0))
    },
  },
  {
    name: 'how many may wait is told beside how many do',
    run: async (place) => {
      const store = await place.open({ queuedCallsMax: 7 })
      assert.match(store.stats().engine, /^(?:sqlite|postgres)$/)
      assert.partialDeepStrictEqual(store.stats(), { queued: 0, queuedMax: 7 })
    },
  },
  {
    name: 'a store that is open takes writes, and one that is closed says that it takes none',
    run: async (place) => {
      const store = await place.open()
      await store.ping()
      await store.close()
      await assert.rejects(store.ping(), StorageUnavailable)
    },
  },
  {
    name: 'what could not be delivered is counted over all teams, mails and events apart',
    run: async (place) => {
      const store = await place.open()
      assert.deepEqual(await store.countUndelivered(), [])
      const row = (id: string, more: Partial<Undelivered> = {}): Undelivered => ({
        ...{ id, reader: READER, teamId: TEAM, seq: 1, type: 'user_change', attempts: 1, reason: 'http_error' },
        ...{ nextAt: 100, ...more },
      })
      const mail = row('Mail', { reader: MAIL_READER, nextAt: null })
      await store.saveProgress({ teamId: TEAM, reader: READER, keep: [row('Ev1'), row('Ev2', { nextAt: null })] })
      await store.saveProgress({ teamId: OTHER_TEAM, reader: READER, keep: [row('Ev3', { teamId: OTHER_TEAM })] })
      await store.saveProgress({ teamId: TEAM, reader: MAIL_READER, keep: [mail] })
      const counts = await store.countUndelivered()
      assert.deepEqual(
        new Set(counts.map(({ isMail, isGivenUp, count }) => `${isMail} ${isGivenUp} ${count}`)),
        new Set(['false false 2', 'false true 1', 'true true 1']),
      )
    },
  },
]
