import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openMemory } from '../../test/support/harness.ts'
import { setTitle } from '../../test/support/relay.ts'
import { startSubscriber } from '../../test/support/subscriber.ts'
import { aGrant, anApp, aWorld, ids, STATUS_APP, TEAM } from '../../test/support/world.ts'
import { systemClock } from '../clock.ts'
import type { Undelivered } from '../storage/store.ts'
import { DeliveryJournal } from './delivery-journal.ts'
import { readerOf } from './find-event.ts'
import { createLogPages } from './log-pages.ts'
import { openFeed } from './open-feed.ts'
import { SUBSCRIBER_BOUNDS, Subscriber } from './subscriber.ts'
import { createViewers } from './viewers.ts'
import { createWebhooks } from './webhook.ts'
import { createWebhookTransport } from './webhook-transport.ts'

const READER = readerOf(TEAM, STATUS_APP)
const retry = (nextAt: number): Undelivered => ({
  ...{
    id: 'Ev1',
    reader: READER,
    teamId: TEAM,
    seq: 1,
    type: 'user_change',
    attempts: 1,
    reason: 'http_error',
    nextAt,
  },
})

interface Begun {
  /** How far the reader is in a log of one entry. */
  readonly cursor: number
  readonly keep?: readonly Undelivered[]
  /** Whether the lease runs out while the event is being made. */
  readonly runsOut: boolean
}

/** What has arrived, and what the store says, when the feed has done all that it does. */
async function run(t: TestContext, { cursor, keep = [], runsOut }: Begun) {
  const { store, subscriber, arrived } = await openAll(t)
  await store.saveProgress({ teamId: TEAM, reader: READER, cursor, keep })
  await store.leases.begin('node', Number.POSITIVE_INFINITY)
  const [lease] = await store.leases.take('node', [{ teamId: TEAM, name: READER }])
  assert.ok(lease)
  let isValid = true
  const publicUrl = () => {
    isValid = !runsOut
    return ''
  }
  const shared = { store, clock: systemClock, log: { info: () => {}, warn: () => {} }, publicUrl }
  const parts = { ...shared, viewers: createViewers(shared), pages: createLogPages(store), lastSeq: () => 1 }
  const held = { lease, isValid: () => isValid, lose: () => {} }
  const name = { teamId: TEAM, appId: STATUS_APP }
  const feed = await openFeed(parts, { ...name, subscriber, startAfter: 0, held })
  feed.wake()
  await feed.startDue()
  await feed.settled()
  await feed.stop()
  const kept = await store.findUndelivered(TEAM, READER, 10)
  return { arrived: arrived.length, cursor: await store.findCursor(TEAM, READER), kept: kept.length }
}

async function openAll(t: TestContext) {
  const receiver = await startSubscriber(t)
  const store = await openMemory()
  t.after(() => store.close())
  const { team, users } = aWorld()
  const app = { ...anApp(), requestUrl: receiver.url }
  await store.addTeam({ ...team, apps: new Map([[app.id, app]]) }, users)
  await store.addToken('xoxb-1', aGrant({ kind: 'bot', userId: ids.bot, appId: app.id, tokenId: 'one' }))
  await setTitle(store, { title: 'told' })
  const webhooks = createWebhooks({ allowPrivate: true })
  t.after(() => webhooks.close())
  const shared = { clock: systemClock, log: { info: () => {}, warn: () => {} }, journal: new DeliveryJournal() }
  const name = { teamId: TEAM, appId: STATUS_APP, transport: createWebhookTransport(webhooks) }
  const subscriber = new Subscriber({ ...shared, ...name, bounds: SUBSCRIBER_BOUNDS })
  return { store, subscriber, arrived: receiver.arrived }
}

test('an event whose lease runs out before it is sent is left to whoever has the lease next', async (t) => {
  assert.deepEqual(await run(t, { cursor: 0, runsOut: false }), { arrived: 1, cursor: 1, kept: 0 })
  assert.deepEqual(await run(t, { cursor: 0, runsOut: true }), { arrived: 0, cursor: 0, kept: 0 })
})

test('so is one that is due again', async (t) => {
  const keep = [retry(systemClock.now())]
  assert.deepEqual(await run(t, { cursor: 1, keep, runsOut: false }), { arrived: 1, cursor: 1, kept: 0 })
  assert.deepEqual(await run(t, { cursor: 1, keep, runsOut: true }), { arrived: 0, cursor: 1, kept: 1 })
})
