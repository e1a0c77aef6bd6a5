import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { TeamId } from '../domain/ids.ts'
import { openSqlite } from '../storage/sqlite/open.ts'
import type { Undelivered } from '../storage/store.ts'
import { Place } from './place.ts'

const TEAM = 'T0COFFEE1' as TeamId
const READER = `app:${TEAM}/A0STATUS01`

function row(id: string, seq: number): Undelivered {
  return { id, reader: READER, teamId: TEAM, seq, type: 'user_change', attempts: 1, reason: 'http_error', nextAt: 1000 }
}

async function aPlace(t: TestContext, stored: readonly Undelivered[] = []) {
  const store = await openSqlite({ path: ':memory:', tokenDigest: (token) => token })
  t.after(() => store.close())
  const log = { warn: () => {} }
  await store.saveProgress({ teamId: TEAM, reader: READER, cursor: 10, keep: stored })
  await store.leases.begin('node', Number.POSITIVE_INFINITY)
  const [lease] = await store.leases.take('node', [{ teamId: TEAM, name: READER }])
  assert.ok(lease)
  let losses = 0
  const held = { lease, lose: () => void losses++ }
  const place = new Place({ store, teamId: TEAM, reader: READER, cursor: 10, held, log }, stored)
  const saved = async () => {
    await place.save()
    const rows = await store.findUndelivered(TEAM, READER, 10)
    return { cursor: await store.findCursor(TEAM, READER), rows: rows.map(({ id }) => id) }
  }
  return { store, place, saved, losses: () => losses }
}

test('the cursor stays before what is being dealt with, whatever is done behind it', async (t) => {
  const { place, saved } = await aPlace(t)
  place.pass(11)
  place.open(12, 2)
  place.open(13, 1)
  place.pass(14)
  assert.equal(place.position, 14)
  assert.equal((await saved()).cursor, 11)
  place.close(13)
  assert.equal((await saved()).cursor, 11)
  place.close(12)
  assert.equal((await saved()).cursor, 11)
  place.close(12)
  assert.equal((await saved()).cursor, 14)
})

test('what failed is kept in the same transaction in which the cursor passes it', async (t) => {
  const { place, saved } = await aPlace(t)
  place.open(11, 1)
  place.keep(row('Ev1', 11))
  place.close(11)
  assert.deepEqual(await saved(), { cursor: 11, rows: ['Ev1'] })
})

test('what failed and arrived between two savings is never written', async (t) => {
  const { store, place, saved } = await aPlace(t)
  place.keep(row('Ev1', 11))
  place.drop('Ev1')
  const before = store.stats().batches
  assert.deepEqual(await saved(), { cursor: 10, rows: [] })
  assert.equal(store.stats().batches, before)
})

test('a row that is stored is dropped, also one that was read at the start', async (t) => {
  const { place, saved } = await aPlace(t, [row('Ev0', 5)])
  place.keep(row('Ev1', 11))
  assert.deepEqual((await saved()).rows, ['Ev0', 'Ev1'])
  place.drop('Ev0')
  place.drop('Ev1')
  assert.deepEqual((await saved()).rows, [])
})

test('a row that arrived while it was being written is dropped with the next saving', async (t) => {
  const { place, saved } = await aPlace(t)
  place.keep(row('Ev1', 11))
  const saving = place.save()
  await Promise.resolve()
  place.drop('Ev1')
  await saving
  assert.deepEqual((await saved()).rows, [])
})

test('what could not be saved is saved the next time', async (t) => {
  const { store, place, saved } = await aPlace(t)
  // A row without a reader breaks a rule of the table, and with it the whole transaction.
  const broken = { ...row('Ev2', 12), reader: null } as unknown as Undelivered
  place.open(11, 1)
  place.keep(row('Ev1', 11))
  place.keep(broken)
  place.close(11)
  await assert.rejects(place.save())
  assert.equal(await store.findCursor(TEAM, READER), 10)
  place.keep(row('Ev2', 12))
  assert.deepEqual(await saved(), { cursor: 11, rows: ['Ev1', 'Ev2'] })
})

test('an abandoned place writes nothing', async (t) => {
  const { place, saved } = await aPlace(t)
  place.pass(20)
  await place.abandon()
  assert.equal((await saved()).cursor, 10)
})

test('a place saves itself, soon after something was dealt with', async (t) => {
  const { store, place } = await aPlace(t)
  place.open(11, 1)
  place.close(11)
  await new Promise<void>((resolve, reject) => {
    // The place's own timer does not keep a process alive.
    const timer = setTimeout(() => reject(new Error('Nothing was saved.')), 10_000)
    store.onCommit(() => {
      clearTimeout(timer)
      resolve()
    })
  })
  assert.equal(await store.findCursor(TEAM, READER), 11)
})
