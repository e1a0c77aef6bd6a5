import assert from 'node:assert/strict'
import { MAIL_READER } from '../../domain/event.ts'
import type { TeamId } from '../../domain/ids.ts'
import type { Old, Store } from '../store.ts'
import type { Case } from './conformance.ts'
import { ADA, keyFor, OTHER_TEAM, setTitle, TEAM, team, titlesIn, user } from './people.ts'
import { undelivered } from './readers.ts'

const READER = 'app:T0COFFEE1/A0STATUS01'
const OTHER_READER = 'app:T0COFFEE1/A0OTHER001'

export const TRIMMING: readonly Case[] = [
  {
    name: 'entries that are too old and that every reader has come past are removed, the first of them first',
    run: async (place) => {
      const store = await openWithLog(place.open, 5)
      await store.saveProgress({ teamId: TEAM, reader: READER, cursor: 5 })
      await store.saveProgress({ teamId: TEAM, reader: OTHER_READER, cursor: 4 })
      assert.equal(await store.trimLog(TEAM, old(100), 10), 0)
      assert.equal(await store.trimLog(TEAM, old(401), 2), 2)
      assert.deepEqual(await titles(store), ['3', '4', '5'])
      assert.equal(await store.trimLog(TEAM, old(400), 10), 1)
      assert.deepEqual(await titles(store), ['4', '5'])
      assert.equal(await store.findEntry(TEAM, 3), undefined)
      assert.deepEqual(titlesIn(await store.findLast(TEAM, 'user', 10)), ['4', '5'])
      assert.equal((await titles(store, OTHER_TEAM)).length, 5)
      await assert.rejects(store.trimLog(TEAM, old(1), 1001), RangeError)
    },
  },
  {
    name: 'the last entry stays, and numbers go on from it',
    run: async (place) => {
      const store = await openWithLog(place.open, 3)
      const heard: number[] = []
      const stop = store.follow(TEAM, (lastSeq) => heard.push(lastSeq))
      assert.equal(await store.trimLog(TEAM, old(9000, 9000), 10), 2)
      assert.equal(await store.trimLog(TEAM, old(9000, 9000), 10), 0)
      assert.equal(await store.findLastSeq(TEAM), 3)
      await store.beginReaders(TEAM, [READER])
      assert.equal(await store.findCursor(TEAM, READER), 3)
      await change(store, TEAM, 400)
      assert.deepEqual(
        (await store.readLog(TEAM, 0, 10)).map(({ seq }) => seq),
        [3, 4],
      )
      stop()
      assert.ok(
        heard.every((lastSeq) => lastSeq >= 3),
        'the log was never set back',
      )
      assert.equal(await store.trimLog('T0NOBODY' as TeamId, old(9000, 9000), 10), 0)
    },
  },
  {
    name: 'whoever has not come past an entry keeps it, until it is too old for that as well',
    run: async (place) => {
      const store = await openWithLog(place.open, 5)
      await store.saveProgress({ teamId: TEAM, reader: READER, cursor: 5 })
      await store.saveProgress({ teamId: TEAM, reader: OTHER_READER, cursor: 1 })
      assert.equal(await store.trimLog(TEAM, old(9000), 10), 1)
      assert.deepEqual(await titles(store), ['2', '3', '4', '5'])
      assert.equal(await store.trimLog(TEAM, old(9000, 301), 10), 2)
      assert.deepEqual(await titles(store), ['4', '5'])
      assert.equal(await store.findCursor(TEAM, OTHER_READER), 1)
      assert.deepEqual(titlesIn(await store.readLog(TEAM, 1, 10)), ['4', '5'])
    },
  },
  {
    name: 'an entry that waits to be tried again stays, and so do those after it',
    run: async (place) => {
      const store = await openWithLog(place.open, 5)
      for (const [teamId, reader] of [
        [TEAM, READER],
        [OTHER_TEAM, MAIL_READER],
      ] as const) {
        await store.saveProgress({ teamId, reader: READER, cursor: 5 })
        const waiting = undelivered('Ev3', { teamId, reader, seq: 3, nextAt: 5000 })
        await store.saveProgress({ teamId, reader, keep: [waiting] })
        assert.equal(await store.trimLog(teamId, old(9000), 10), 2)
        assert.deepEqual(await store.findUndelivered(teamId, null, 10), [waiting])
        assert.deepEqual(await titles(store, teamId), ['3', '4', '5'])
        await store.saveProgress({ teamId, reader, drop: ['Ev3'] })
        assert.equal(await store.trimLog(teamId, old(9000), 10), 2)
      }
    },
  },
  {
    name: 'what was given up goes with its entry, and what waits with an entry that is too old for everybody',
    run: async (place) => {
      const store = await openWithLog(place.open, 5)
      const givenUp = (seq: number) => undelivered(`Ev${seq}`, { seq, nextAt: null })
      const waiting = (seq: number) => undelivered(`mail-${seq}`, { seq, reader: MAIL_READER, nextAt: 9999 })
      const elsewhere = { ...givenUp(1), teamId: OTHER_TEAM }
      const rows = [givenUp(1), givenUp(2), givenUp(4), waiting(3), waiting(4)]
      await store.saveProgress({ teamId: TEAM, reader: READER, cursor: 5, keep: rows })
      await store.saveProgress({ teamId: OTHER_TEAM, reader: READER, cursor: 5, keep: [elsewhere] })
      assert.equal(await store.trimLog(TEAM, old(200), 10), 1)
      assert.deepEqual(await ids(store), ['Ev2', 'Ev4', 'mail-3', 'mail-4'])
      assert.equal(await store.trimLog(TEAM, old(9000, 301), 10), 2)
      assert.deepEqual(await ids(store), ['Ev4', 'mail-4'])
      assert.deepEqual(await store.findUndelivered(OTHER_TEAM, null, 10), [elsewhere])
    },
  },
  {
    name: 'people who change meanwhile lose nothing of what is told of them',
    run: async (place) => {
      const store = await openWithLog(place.open, 20)
      await store.beginReaders(TEAM, [READER])
      const changes = Array.from({ length: 20 }, (_, index) => change(store, TEAM, 3000 + index))
      const trims = Array.from({ length: 10 }, () => store.trimLog(TEAM, old(9000), 5))
      const [removed] = await Promise.all([Promise.all(trims), Promise.all(changes)])
      assert.ok(removed.every((count) => count <= 5))
      while ((await store.trimLog(TEAM, old(9000), 5)) > 0);
      const kept = (await store.readLog(TEAM, 20, 100)).map(({ seq }) => seq)
      assert.deepEqual(
        kept,
        Array.from({ length: 20 }, (_, index) => 21 + index),
      )
    },
  },
]

/** Entry n tells of the title n, and is of the moment n × 100. The other team has one like it. */
async function openWithLog(open: () => Promise<Store>, entries: number): Promise<Store> {
  const store = await open()
  for (const teamId of [TEAM, OTHER_TEAM]) {
    await store.addTeam(team(teamId), [user(ADA, { teamId })])
    for (let entry = 1; entry <= entries; entry++) await change(store, teamId, entry * 100)
  }
  return store
}

function change(store: Store, teamId: TeamId, at: number) {
  return store.change(keyFor(ADA, { teamId }), (loaded) => ({ ...setTitle(String(at / 100))(loaded), at }))
}

function old(before: number, unreadBefore = 0): Old {
  return { before, unreadBefore }
}

async function titles(store: Store, teamId: TeamId = TEAM): Promise<string[]> {
  return titlesIn(await store.readLog(teamId, 0, 100))
}

async function ids(store: Store): Promise<string[]> {
  return (await store.findUndelivered(TEAM, null, 100)).map(({ id }) => id).sort()
}
