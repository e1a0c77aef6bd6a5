import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createRelay, type Relay } from '../src/delivery/relay.ts'
import { createWebhooks } from '../src/delivery/webhook.ts'
import { OTHER_APP, type RelayWorld, setTitle as setTitleIn, startRelay } from './support/relay.ts'
import {
  answeringStatus,
  hanging,
  startSubscriber,
  type TestSubscriber,
  taking,
  titlesOf,
} from './support/subscriber.ts'
import { ids, TEAM } from './support/world.ts'

const MINUTE = 60_000

async function startAgain({ store, node, clock }: RelayWorld): Promise<Relay> {
  const log = { info: () => {}, warn: () => {} }
  const relay = createRelay({ store, node, clock, log, publicUrl: () => 'http://127.0.0.1:4390', allowPrivate: true })
  await relay.start()
  return relay
}

/** A relay that has stopped, and what it could not deliver. */
async function stopWithOneKept(t: TestContext, subscriber: TestSubscriber) {
  const world = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  await world.setTitle('Analyst')
  await world.relay.settled()
  await world.relay.stop()
  const [kept] = await world.store.findUndelivered(TEAM, null, 10)
  assert.ok(kept)
  return { world, kept }
}

test('a failing receiver is tried at once, after one minute and after five, and then no more by itself', async (t) => {
  const subscriber = await startSubscriber(t, answeringStatus(500))
  const { store, clock, relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  await setTitle('Analyst')
  await relay.settled()
  assert.equal(subscriber.arrived.length, 2)

  await clock.moveTo(clock.now() + MINUTE - 1)
  await relay.settled()
  assert.equal(subscriber.arrived.length, 2)
  await clock.moveTo(clock.now() + 1)
  await relay.settled()
  assert.equal(subscriber.arrived.length, 3)
  await clock.moveTo(clock.now() + 5 * MINUTE)
  await relay.settled()
  assert.equal(subscriber.arrived.length, 4)
  await clock.moveTo(clock.now() + 24 * 60 * MINUTE)
  await relay.settled()

  const retries = subscriber.arrived.map(({ headers }) => [
    headers['x-slack-retry-num'],
    headers['x-slack-retry-reason'],
  ])
  assert.deepEqual(retries, [
    [undefined, undefined],
    ['1', 'http_error'],
    ['2', 'http_error'],
    ['3', 'http_error'],
  ])
  assert.equal(new Set(subscriber.arrived.map(({ text }) => text)).size, 1)
  assert.equal(
    subscriber.arrived.every(({ isSigned }) => isSigned),
    true,
  )
  await relay.stop()
  const [kept] = await store.findUndelivered(TEAM, null, 10)
  assert.deepEqual([kept?.attempts, kept?.nextAt, kept?.reason], [4, null, 'http_error'])
})

test('what was given up can be delivered again, and is then kept no more', async (t) => {
  const subscriber = await startSubscriber(t, answeringStatus(500, { 'x-slack-no-retry': '1' }))
  const { store, relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  await setTitle('Analyst')
  await relay.settled()
  assert.equal(subscriber.arrived.length, 1)

  const id = String(relay.deliveries()[0]?.id)
  assert.equal((await relay.redeliver(id))?.ok, false)
  subscriber.answering = taking
  const delivery = await relay.redeliver(id)
  assert.deepEqual([delivery?.ok, delivery?.attempt], [true, 3])
  assert.equal(subscriber.arrived.at(-1)?.json.event_id, id)
  assert.equal((await relay.redeliver(id))?.ok, true)
  assert.equal('x-slack-retry-num' in (subscriber.arrived.at(-1)?.headers ?? {}), false)
  assert.equal(await relay.redeliver('EvNOTHING'), undefined)
  await relay.stop()
  assert.deepEqual(await store.findUndelivered(TEAM, null, 10), [])
})

test('a clock that is moved beyond the whole schedule at once brings every retry', async (t) => {
  const subscriber = await startSubscriber(t, answeringStatus(500))
  const { clock, relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  const begin = clock.now()
  await setTitle('Analyst')
  await relay.settled()
  await clock.moveTo(begin + 10 * MINUTE)
  await relay.settled()
  assert.deepEqual(
    subscriber.arrived.map(({ headers }) => headers['x-slack-retry-num']),
    [undefined, '1', '2', '3'],
  )
  // The third began at its minute; what hung on its answer came after the clock had been moved.
  assert.deepEqual(
    relay.deliveries().map(({ at }) => (at - begin) / MINUTE),
    [0, 0, 1, 10],
  )
})

test('what was given up long ago is found among however much was given up since', async (t) => {
  const subscriber = await startSubscriber(t, answeringStatus(500, { 'x-slack-no-retry': '1' }))
  const { world, kept } = await stopWithOneKept(t, subscriber)
  const { store } = world
  const { teamId, reader } = kept
  const others = Array.from({ length: 1500 }, (_, index) => ({ ...kept, id: `Ev${index}`, seq: -1 }))
  await store.saveProgress({ teamId, reader, keep: others })

  const again = await startAgain(world)
  subscriber.answering = taking
  assert.equal((await again.redeliver(kept.id))?.ok, true)
  assert.equal(subscriber.arrived.at(-1)?.json.event_id, kept.id)
  await again.stop()
  assert.equal(await store.findUndeliveredById(TEAM, kept.id), undefined)
})

test('an event that arrives at the second attempt leaves no row', async (t) => {
  const subscriber = await startSubscriber(t, (response) => {
    subscriber.answering = taking
    response.writeHead(503).end()
  })
  const { store, relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  await setTitle('Analyst')
  await relay.settled()
  assert.equal(subscriber.arrived.length, 2)
  await relay.stop()
  assert.deepEqual(await store.findUndelivered(TEAM, null, 10), [])
})

test('a receiver has three seconds, by real time', async (t) => {
  const subscriber = await startSubscriber(t, hanging)
  const { relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  const startedAt = performance.now()
  await setTitle('Analyst')
  await subscriber.until(1)
  subscriber.answering = taking
  await relay.settled()
  const tookMs = performance.now() - startedAt
  assert.ok(tookMs > 2900 && tookMs < 4500, `${tookMs} ms`)
  assert.equal(subscriber.arrived[1]?.headers['x-slack-retry-reason'], 'http_timeout')
})

test('a receiver that hangs holds up neither another nor those who write', async (t) => {
  const stuck = await startSubscriber(t, hanging)
  const quick = await startSubscriber(t)
  const { relay, store } = await startRelay(t, {
    apps: [{ requestUrl: stuck.url }, { id: OTHER_APP, requestUrl: quick.url }],
    webhooks: createWebhooks({ allowPrivate: true, timeoutMs: 60_000 }),
  })
  const people = [ids.ada, ids.mel, ids.bob, ids.gus, ids.pia, ids.owen, ids.olga, ids.abe, ids.sol] as const
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(people.map((userId) => setTitleIn(store, { title: `${round}`, userId })))
  }
  await quick.until(90)
  assert.ok(stuck.arrived.length > 0 && stuck.arrived.length <= 16, `${stuck.arrived.length} at once`)
  await relay.reset()
})

test('a server that starts again goes on where it stopped, retries too', async (t) => {
  const subscriber = await startSubscriber(t, answeringStatus(500))
  const apps = [{ requestUrl: subscriber.url }]
  const world = await startRelay(t, { apps })
  const { store, clock, relay, setTitle } = world
  await setTitle('before')
  await relay.settled()
  await relay.stop()
  await setTitle('between')
  subscriber.answering = taking

  const again = await startAgain(world)
  await again.settled()
  assert.deepEqual(titlesOf(subscriber), ['before', 'before', 'between'])
  await clock.moveTo(clock.now() + MINUTE)
  await again.settled()
  assert.deepEqual(titlesOf(subscriber), ['before', 'before', 'between', 'before'])
  assert.equal(subscriber.arrived.at(-1)?.headers['x-slack-retry-num'], '2')
  await again.stop()
  assert.deepEqual(await store.findUndelivered(TEAM, null, 10), [])
})

test('what waits for a retry keeps the id that it was first sent with, however ids are made now', async (t) => {
  const subscriber = await startSubscriber(t, answeringStatus(500))
  const { world, kept } = await stopWithOneKept(t, subscriber)
  const { store, clock } = world
  const { teamId, reader } = kept
  await store.saveProgress({ teamId, reader, drop: [kept.id], keep: [{ ...kept, id: 'Ev0000OF1EARLIER' }] })
  subscriber.answering = taking

  const again = await startAgain(world)
  await clock.moveTo(clock.now() + 6 * MINUTE)
  await again.settled()
  const last = subscriber.arrived.at(-1)?.json
  assert.deepEqual([last?.event_id, last?.event.user.profile.title], ['Ev0000OF1EARLIER', 'Analyst'])
  await again.stop()
  assert.deepEqual(await store.findUndelivered(TEAM, null, 10), [])
})
