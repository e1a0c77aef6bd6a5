import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openMemory } from '../../test/support/harness.ts'
import { setTitle } from '../../test/support/relay.ts'
import { aWorld, STATUS_APP, TEAM } from '../../test/support/world.ts'
import { systemClock } from '../clock.ts'
import { DeliveryJournal } from './delivery-journal.ts'
import { readerOf } from './find-event.ts'
import { createLogPages } from './log-pages.ts'
import { openFeed } from './open-feed.ts'
import { SUBSCRIBER_BOUNDS, Subscriber } from './subscriber.ts'
import { createViewers } from './viewers.ts'
import { createWebhooks } from './webhook.ts'
import { createWebhookTransport } from './webhook-transport.ts'

const READER = readerOf(TEAM, STATUS_APP)

/** A feed on a log of two entries, of which the node knows as many as it is told. */
async function open(t: TestContext, { saved, known }: { readonly saved: number; readonly known: number }) {
  const store = await openMemory()
  t.after(() => store.close())
  const { team, users } = aWorld()
  await store.addTeam(team, users)
  for (const title of ['first', 'second']) await setTitle(store, { title })
  await store.saveProgress({ teamId: TEAM, reader: READER, cursor: saved })
  await store.leases.begin('node', Number.POSITIVE_INFINITY)
  const [lease] = await store.leases.take('node', [{ teamId: TEAM, name: READER }])
  assert.ok(lease)
  const shared = { store, clock: systemClock, log: { info: () => {}, warn: () => {} } }
  const transport = createWebhookTransport(createWebhooks({ allowPrivate: true }))
  const name = { teamId: TEAM, appId: STATUS_APP }
  const subscriber = new Subscriber({
    ...{ ...shared, ...name, transport, journal: new DeliveryJournal(), bounds: SUBSCRIBER_BOUNDS },
  })
  const feed = await openFeed(
    {
      ...shared,
      viewers: createViewers(shared),
      pages: createLogPages(store),
      publicUrl: () => '',
      lastSeq: () => known,
    },
    { ...name, subscriber, startAfter: known, held: { lease, isValid: () => true, lose: () => {} } },
  )
  return { cursor: feed.cursor, saved: await store.findCursor(TEAM, READER) }
}

test('a feed begins where the reader stopped', async (t) => {
  assert.deepEqual(await open(t, { saved: 1, known: 2 }), { cursor: 1, saved: 1 })
})

test('it begins there also where another node came further than this one has heard of', async (t) => {
  assert.deepEqual(await open(t, { saved: 2, known: 1 }), { cursor: 2, saved: 2 })
})

test('it begins at the end of a log that was set back', async (t) => {
  assert.deepEqual(await open(t, { saved: 7, known: 2 }), { cursor: 2, saved: 2 })
})
