import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { createRelay } from '../src/delivery/relay.ts'
import { createWebhooks } from '../src/delivery/webhook.ts'
import type { AppId, UserId } from '../src/domain/ids.ts'
import { OTHER_APP, setTitle as setTitleIn, startRelay } from './support/relay.ts'
import { answeringStatus, hanging, startSubscriber, type TestSubscriber, taking } from './support/subscriber.ts'
import { anApp, ids, STATUS_APP, TEAM } from './support/world.ts'

const MINUTE = 60_000
const USER_EVENTS = ['user_change', 'user_profile_changed', 'user_status_changed']

const titlesOf = ({ arrived }: TestSubscriber) => arrived.map(({ json }) => json.event.user.profile.title)

test('an event arrives signed, in the form that Slack sends', async (t) => {
  const subscriber = await startSubscriber(t)
  const { relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url, events: USER_EVENTS }] })
  await setTitle('Analyst', ids.ada, ['user_change', 'user_profile_changed'])
  await relay.settled()

  assert.deepEqual(subscriber.types().sort(), ['user_change', 'user_profile_changed'])
  for (const { headers, isSigned, json, path } of subscriber.arrived) {
    assert.equal(path, '/slack/events')
    assert.equal(isSigned, true)
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(headers['user-agent'], 'Slackbot 1.0 (+https://api.slack.com/robots)')
    assert.equal('x-slack-retry-num' in headers, false)
    assert.equal(json.type, 'event_callback')
    assert.equal(json.event.user.profile.title, 'Analyst')
    assert.equal(json.authorizations.length, 1)
  }
  assert.deepEqual(
    relay.deliveries().map(({ ok, status, attempt, seq }) => ({ ok, status, attempt, seq })),
    [1, 1].map((attempt) => ({ ok: true, status: 200, attempt, seq: 1 })),
  )
})

test('an address is asked to repeat a challenge at the start, signed like an event', async (t) => {
  const subscriber = await startSubscriber(t)
  const { relay, told } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  assert.deepEqual(await relay.verifyUrl(TEAM, STATUS_APP), { verified: true, detail: '' })
  for (const { json, isSigned } of subscriber.challenges) {
    assert.equal(isSigned, true)
    assert.deepEqual(Object.keys(json), ['token', 'challenge', 'type'])
    assert.equal(json.token, 'verification-token')
  }
  assert.deepEqual(told, [])
})

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
  const [kept] = await store.findUndelivered(null, 10)
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
  assert.deepEqual(await store.findUndelivered(null, 10), [])
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
  assert.deepEqual(await store.findUndelivered(null, 10), [])
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

test('events of one person arrive in the order of what happened', async (t) => {
  const subscriber = await startSubscriber(t, (response) => {
    setTimeout(() => response.writeHead(200).end(), Math.random() * 5)
  })
  const { relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  const titles = Array.from({ length: 60 }, (_, index) => String(index))
  await Promise.all(titles.map((title, index) => setTitle(title, index % 2 === 0 ? ids.ada : ids.mel)))
  await relay.settled()
  for (const id of [ids.ada, ids.mel]) {
    const own = subscriber.arrived.map(({ json }) => json.event.user).filter((user) => user.id === id)
    const expected = titles.filter((_, index) => (index % 2 === 0) === (id === ids.ada))
    assert.deepEqual(
      own.map((user) => user.profile.title),
      expected,
    )
  }
})

test('a server that starts again goes on where it stopped, retries too', async (t) => {
  const subscriber = await startSubscriber(t, answeringStatus(500))
  const apps = [{ requestUrl: subscriber.url }]
  const { store, clock, relay, setTitle } = await startRelay(t, { apps })
  await setTitle('before')
  await relay.settled()
  await relay.stop()
  await setTitle('between')
  subscriber.answering = taking

  const log = { info: () => {}, warn: () => {} }
  const again = createRelay({ store, clock, log, publicUrl: () => 'http://127.0.0.1:4390', allowPrivate: true })
  await again.start()
  await again.settled()
  assert.deepEqual(titlesOf(subscriber), ['before', 'before', 'between'])
  await clock.moveTo(clock.now() + MINUTE)
  await again.settled()
  assert.deepEqual(titlesOf(subscriber), ['before', 'before', 'between', 'before'])
  assert.equal(subscriber.arrived.at(-1)?.headers['x-slack-retry-num'], '2')
  await again.stop()
})

test('an app that is new is told of what happens from then on', async (t) => {
  const subscriber = await startSubscriber(t)
  const { store, relay, setTitle } = await startRelay(t, { apps: [{}] })
  await setTitle('before')
  const team = await store.getTeam(TEAM)
  await store.saveTeam({ ...team, apps: new Map([[STATUS_APP, { ...anApp(), requestUrl: subscriber.url }]]) })
  await relay.reload()
  await setTitle('after')
  await relay.settled()
  assert.deepEqual(titlesOf(subscriber), ['after'])
  await store.saveTeam(team)
  await relay.reload()
  await setTitle('later')
  await relay.settled()
  assert.deepEqual(titlesOf(subscriber), ['after'])
})

test('an app whose token is revoked hears of that and of nothing else', async (t) => {
  const subscriber = await startSubscriber(t)
  const { store, clock, relay, setTitle } = await startRelay(t, {
    apps: [{ id: OTHER_APP, requestUrl: subscriber.url, events: ['user_change', 'tokens_revoked'] }],
  })
  await setTitle('seen')
  await relay.settled()
  const now = Math.floor(clock.now() / 1000)
  await store.revokeToken(OTHER_APP, now, ({ appId, userId }) => {
    return { kind: 'tokens_revoked', appId, userId, oauth: [], bot: [userId] }
  })
  await setTitle('unseen')
  await relay.settled()
  assert.deepEqual(subscriber.types(), ['user_change', 'tokens_revoked'])
  assert.deepEqual(subscriber.arrived[1]?.json.event.tokens, { oauth: [], bot: [ids.bot] })
})

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

test('a reset calls off what is on its way and begins again from what is stored', async (t) => {
  const subscriber = await startSubscriber(t, hanging)
  const { store, relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  const snapshot = await store.takeSnapshot()
  await setTitle('gone')
  await subscriber.until(1)
  subscriber.answering = taking
  await relay.reset(() => store.restoreSnapshot(snapshot))
  assert.deepEqual(relay.deliveries(), [])
  await setTitle('new')
  await relay.settled()
  assert.deepEqual(titlesOf(subscriber), ['gone', 'new'])
  assert.deepEqual(await store.findUndelivered(null, 10), [])
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

test('an app that subscribes to what it may not see is warned of at the start', async (t) => {
  const subscriber = await startSubscriber(t)
  const unknown = 'A0UNKNOWN1' as AppId
  const { relay, store, told } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  const team = await store.getTeam(TEAM)
  await store.saveTeam({
    ...team,
    apps: new Map([...team.apps, [unknown, { ...anApp(), id: unknown, requestUrl: subscriber.url }]]),
  })
  await relay.reload()
  assert.deepEqual(
    told.map(({ fields }) => fields.app),
    [unknown],
  )
  assert.match(String(told[0]?.message), /no token/)
})

test('nobody is told of a refused change, nor of one without events', async (t) => {
  const subscriber = await startSubscriber(t)
  const { relay, store, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  await setTitle('silent', ids.ada, [])
  await assert.rejects(setTitleIn(store, { title: 'nobody', userId: 'U0NOBODY99' as UserId }))
  await setTitle('loud')
  await relay.settled()
  assert.deepEqual(titlesOf(subscriber), ['loud'])
})
