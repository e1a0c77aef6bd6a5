import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { startRelay } from './support/relay.ts'
import { answeringStatus, startSubscriber, taking, titlesOf } from './support/subscriber.ts'
import { anApp, STATUS_APP, TEAM } from './support/world.ts'

const MINUTE = 60_000

test('above the limit of an hour events are left out, and the app is told so once a minute', async (t) => {
  const subscriber = await startSubscriber(t)
  const { clock, relay, setTitle } = await startRelay(t, {
    apps: [{ requestUrl: subscriber.url }],
    bounds: { eventsPerHourMax: 3 },
  })
  const start = Math.ceil(clock.now() / MINUTE) * MINUTE
  await clock.moveTo(start)
  for (let index = 0; index < 6; index += 1) await setTitle(String(index))
  await relay.settled()
  await subscriber.until(4)
  await clock.moveTo(start + MINUTE)
  await setTitle('still too many')
  await relay.settled()
  await subscriber.until(5)
  await clock.moveTo(start + 60 * MINUTE)
  await setTitle('again')
  await relay.settled()

  const limits = subscriber.arrived.filter(({ json }) => json.type === 'app_rate_limited')
  assert.deepEqual(
    limits.map(({ json }) => Object.entries(json)),
    [start, start + MINUTE].map((at) => [
      ['token', 'verification-token'],
      ['type', 'app_rate_limited'],
      ['team_id', TEAM],
      ['minute_rate_limited', at / 1000],
      ['api_app_id', STATUS_APP],
    ]),
  )
  const events = subscriber.arrived.filter(({ json }) => json.type === 'event_callback')
  assert.deepEqual(
    events.map(({ json }) => json.event.user.profile.title),
    ['0', '1', '2', 'again'],
  )
  assert.equal((await relay.describe())[0]?.dropped, 4)
})

test('an app that takes almost nothing is sent nothing more; what it missed waits until it is enabled', async (t) => {
  const subscriber = await startSubscriber(t, answeringStatus(500))
  const { clock, relay, told, setTitle } = await startRelay(t, {
    apps: [{ requestUrl: subscriber.url }],
    bounds: { eventsUntilDisabling: 20 },
  })
  for (let index = 0; index < 30; index += 1) await setTitle(String(index))
  await relay.settled()
  const before = subscriber.arrived.length
  const [facts] = await relay.describe()
  assert.equal(facts?.state, 'disabled')
  assert.ok(Number(facts?.behind) >= 8, `${facts?.behind} behind`)
  assert.equal(told.filter(({ message }) => message.startsWith('Almost no event')).length, 1)
  await clock.moveTo(clock.now() + 10 * MINUTE)
  await relay.settled()
  assert.equal(subscriber.arrived.length, before)

  subscriber.answering = taking
  assert.equal(relay.enable(TEAM, STATUS_APP), true)
  await relay.settled()
  assert.equal((await relay.describe())[0]?.state, 'working')
  const titles = new Set(subscriber.arrived.slice(before).map(({ json }) => json.event.user.profile.title))
  assert.ok(titles.has('29'))
  assert.equal((await relay.describe())[0]?.behind, 0)
})

test('an app that was disabled gets another chance with another address', async (t) => {
  const broken = await startSubscriber(t, answeringStatus(500))
  const mended = await startSubscriber(t)
  const { store, relay, setTitle } = await startRelay(t, {
    apps: [{ requestUrl: broken.url }],
    bounds: { eventsUntilDisabling: 5 },
  })
  for (let index = 0; index < 10; index += 1) await setTitle(String(index))
  await relay.settled()
  const team = await store.getTeam(TEAM)
  await store.saveTeam({ ...team, apps: new Map([[STATUS_APP, { ...anApp(), requestUrl: mended.url }]]) })
  await relay.reload()
  await setTitle('mended')
  await relay.settled()
  assert.equal(titlesOf(mended).at(-1), 'mended')
  assert.equal((await relay.describe())[0]?.state, 'working')
})

test('an app with few events is never disabled', async (t) => {
  const subscriber = await startSubscriber(t, answeringStatus(500))
  const { relay, setTitle } = await startRelay(t, {
    apps: [{ requestUrl: subscriber.url }],
    bounds: { eventsUntilDisabling: 20 },
  })
  for (let index = 0; index < 19; index += 1) await setTitle(String(index))
  await relay.settled()
  assert.equal((await relay.describe())[0]?.state, 'failing')
})

test('in a server for people nothing is sent to private addresses', async (t) => {
  const subscriber = await startSubscriber(t)
  const { relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }], allowPrivate: false })
  await setTitle('Analyst')
  await relay.settled()
  assert.deepEqual([subscriber.arrived.length, subscriber.challenges.length], [0, 0])
  assert.equal(relay.deliveries()[0]?.reason, 'connection_failed')
})

for (const [form, answer] of [
  ['plain text', (challenge: string) => ['text/plain', challenge]],
  ['a form', (challenge: string) => ['application/x-www-form-urlencoded', `challenge=${challenge}`]],
  ['JSON', (challenge: string) => ['application/json', JSON.stringify({ challenge })]],
  ['another text', () => ['text/plain', 'ok']],
  ['null', () => ['application/json', 'null']],
] as const) {
  const isRight = !['another text', 'null'].includes(form)
  test(`a challenge answered by ${form} is ${isRight ? 'met' : 'not met'}`, async (t) => {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const [type = '', text] = answer(JSON.parse(Buffer.concat(chunks).toString()).challenge)
      response.writeHead(200, { 'content-type': type }).end(text)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as { port: number }
    const { relay } = await startRelay(t, { apps: [{ requestUrl: `http://127.0.0.1:${port}/` }] })
    assert.equal((await relay.verifyUrl(TEAM, STATUS_APP)).verified, isRight)
  })
}
