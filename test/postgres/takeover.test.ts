import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, type TestContext, test } from 'node:test'
import { MovableClock, systemClock } from '../../src/clock.ts'
import { createRelay, type Relay } from '../../src/delivery/relay.ts'
import { BEAT_MS, VALID_MS } from '../../src/nodes/life.ts'
import { createNode, type Node } from '../../src/nodes/node.ts'
import type { Store } from '../../src/storage/store.ts'
import { openStore } from '../support/nodes.ts'
import { queryAt, startPostgres } from '../support/postgres.ts'
import { setTitle } from '../support/relay.ts'
import { eventually } from '../support/socket-client.ts'
import { startSubscriber, type TestSubscriber, taking, titlesOf } from '../support/subscriber.ts'
import { anApp, aWorld, STATUS_APP, TEAM, withTeam } from '../support/world.ts'

/** What becomes of an app whose node is taken for dead: it may be, or it may only have slept. */

const READER = `app:${TEAM}/${STATUS_APP}`
const database = await startPostgres()
after(() => database.stop())

interface TestNode {
  readonly store: Store
  readonly node: Node
  readonly relay: Relay
  /** That of its signs of life: it stands still until it is moved. */
  readonly clock: MovableClock
  readonly told: string[]
}

async function aNode(t: TestContext, url: string): Promise<TestNode> {
  const store = await openStore(url)
  const clock = new MovableClock()
  clock.setFrozen(true)
  const told: string[] = []
  const note = (_fields: object, message: string) => void told.push(message)
  const log = { info: note, warn: note }
  const node = createNode({ store, log, clock })
  const relay = createRelay({ store, node, log, clock: systemClock, publicUrl: () => '', allowPrivate: true })
  await node.start()
  await relay.start()
  t.after(async () => {
    await relay.stop()
    await node.stop()
    await store.close()
  })
  return { store, node, relay, clock, told }
}

/** A database whose team has an app with a request URL. */
async function aDatabase(subscriber: TestSubscriber): Promise<string> {
  const url = await database.createDatabase()
  const app = { ...anApp(), requestUrl: subscriber.url }
  const { team, users, tokens } = withTeam((given) => ({ ...given, apps: new Map([[app.id, app]]) }))(aWorld())
  const store = await openStore(url)
  await store.addTeam(team, users)
  for (const { token, grant } of tokens) await store.addToken(token, grant)
  await store.close()
  return url
}

/** As if more time had passed, for the database, than a node lives without a sign of life. */
async function passTimeOfAll(url: string): Promise<void> {
  await queryAt(url, "update nodes set valid_until = valid_until - $1 * interval '1 millisecond'", [VALID_MS + 1])
}

/** Keeps the answers, to give them later. */
function holding(answers: ServerResponse[]): TestSubscriber['answering'] {
  return (response) => void answers.push(response)
}

const hasApp = async ({ relay }: TestNode) => (await relay.describe()).length === 1

test('another node goes on where the last one that was heard of had come to, and the one that wakes moves no cursor', async (t) => {
  const held: ServerResponse[] = []
  const subscriber = await startSubscriber(t, taking)
  const url = await aDatabase(subscriber)
  const sleeper = await aNode(t, url)
  await setTitle(sleeper.store, { title: 'first' })
  await eventually(async () => (await sleeper.store.findCursor(TEAM, READER)) === 1, 'a saved place')
  subscriber.answering = holding(held)
  await setTitle(sleeper.store, { title: 'second' })
  await eventually(() => held.length === 1, 'a delivery that is on its way')

  // The sleeper is still asleep: its clock stands, and it asks the store nothing.
  await passTimeOfAll(url)
  subscriber.answering = taking
  const heir = await aNode(t, url)
  assert.equal(await hasApp(heir), true)
  for (const title of ['third', 'fourth']) await setTitle(heir.store, { title })
  await subscriber.until(5)
  await heir.relay.settled()
  await eventually(async () => (await heir.store.findCursor(TEAM, READER)) === 4, 'the place of the heir')

  // It wakes in the midst of its work, and says how far it has come.
  held[0]?.writeHead(200).end()
  await eventually(() => sleeper.told.includes('Another node has this work.'), 'the refusal')
  assert.equal(await hasApp(sleeper), false)
  assert.equal(await heir.store.findCursor(TEAM, READER), 4)
  assert.deepEqual(await heir.store.findUndelivered(TEAM, READER, 10), [])
  // With its clock standing it took itself for alive till then, and what it sent has the ids of what the heir sent.
  const byId = new Map(subscriber.arrived.map(({ json }) => [json.event_id, json.event.user.profile.title]))
  assert.deepEqual([...byId.values()], ['first', 'second', 'third', 'fourth'])

  // Its clock tells it the rest: it lives on as another node, and what follows comes once.
  await sleeper.clock.moveTo(sleeper.clock.now() + VALID_MS)
  await setTitle(sleeper.store, { title: 'last' })
  await eventually(() => titlesOf(subscriber).includes('last'), 'the last one')
  await Promise.all([heir.relay.settled(), sleeper.relay.settled()])
  assert.equal(titlesOf(subscriber).filter((title) => title === 'last').length, 1)
})

test('a node that finds its own time run out drops what is on its way, before another may begin', async (t) => {
  const held: ServerResponse[] = []
  const subscriber = await startSubscriber(t, holding(held))
  const url = await aDatabase(subscriber)
  const sleeper = await aNode(t, url)
  await setTitle(sleeper.store, { title: 'first' })
  await eventually(() => held.length === 1, 'a delivery that is on its way')
  let isCut = false
  held[0]?.once('close', () => {
    isCut = true
  })
  // By the clock of the database it has its time still, so that nobody else begins.
  const other = await aNode(t, url)
  assert.deepEqual([await hasApp(sleeper), await hasApp(other)], [true, false])
  subscriber.answering = taking
  await sleeper.clock.moveTo(sleeper.clock.now() + VALID_MS)
  await eventually(() => isCut, 'the end of the delivery')

  // One of the two begins anew, and nothing is lost.
  const look = async () => {
    for (const { clock, node } of [sleeper, other]) {
      await clock.moveTo(clock.now() + BEAT_MS)
      await node.look()
    }
    return titlesOf(subscriber).length === 2
  }
  await eventually(look, 'the delivery by whoever has the app now')
  const owners = [await hasApp(sleeper), await hasApp(other)]
  assert.equal(owners.filter(Boolean).length, 1)
  assert.deepEqual(titlesOf(subscriber), ['first', 'first'])
})

test('nodes that are taken for dead again and again lose nothing, and move no cursor back', async (t) => {
  const subscriber = await startSubscriber(t)
  const url = await aDatabase(subscriber)
  const nodes = [await aNode(t, url), await aNode(t, url)]
  for (let round = 0; round < 10; round++) {
    await passTimeOfAll(url)
    await Promise.all(nodes.map(({ node }) => node.look()))
    await Promise.all(nodes.map(({ clock }) => clock.moveTo(clock.now() + BEAT_MS)))
    await setTitle((nodes[round % 2] as TestNode).store, { title: `round ${round}` })
  }
  const look = async () => {
    for (const { clock, node } of nodes) {
      await clock.moveTo(clock.now() + BEAT_MS)
      await node.look()
    }
    return new Set(titlesOf(subscriber)).size === 10
  }
  await eventually(look, 'all titles')
  const saved = async () => (await nodes[0]?.store.findCursor(TEAM, READER)) === 10
  await eventually(saved, 'a place at the end')
  assert.deepEqual(await nodes[0]?.store.findUndelivered(TEAM, READER, 10), [])
})
