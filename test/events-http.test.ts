import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRelay } from '../src/delivery/relay.ts'
import type { AppId, UserId } from '../src/domain/ids.ts'
import { OTHER_APP, setTitle as setTitleIn, startRelay } from './support/relay.ts'
import { hanging, startSubscriber, taking, titlesOf } from './support/subscriber.ts'
import { aGrant, anApp, anotherWorld, ids, OTHER_TEAM, STATUS_APP, TEAM } from './support/world.ts'

const USER_EVENTS = ['user_change', 'user_profile_changed', 'user_status_changed']

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
  await store.revokeToken(TEAM, OTHER_APP, now, ({ appId, userId }) => {
    return { kind: 'tokens_revoked', appId, userId, oauth: [], bot: [userId] }
  })
  await setTitle('unseen')
  await relay.settled()
  assert.deepEqual(subscriber.types(), ['user_change', 'tokens_revoked'])
  assert.deepEqual(subscriber.arrived[1]?.json.event.tokens, { oauth: [], bot: [ids.bot] })
})

test('what follows the end of a token is told by another one, whether or not the app hears of that end', async (t) => {
  const subscriber = await startSubscriber(t)
  const { store, clock, relay, setTitle } = await startRelay(t, {
    apps: [{ id: OTHER_APP, requestUrl: subscriber.url, events: ['user_change'] }],
  })
  const scopes = ['users:read', 'users:read.email']
  await store.addToken('xoxp-mel-2', aGrant({ userId: ids.mel, tokenId: 'mel-2', appId: OTHER_APP, scopes }))
  await setTitle('by the bot')
  await relay.settled()
  const now = Math.floor(clock.now() / 1000)
  for (const tokenId of [OTHER_APP, 'mel-2']) {
    await store.revokeToken(TEAM, tokenId, now, ({ kind, userId }) => {
      return {
        kind: 'tokens_revoked',
        appId: OTHER_APP,
        userId,
        ...(kind === 'bot' ? { oauth: [], bot: [userId] } : { oauth: [userId], bot: [] }),
      }
    })
    await setTitle(`after ${tokenId}`)
    await relay.settled()
  }
  assert.deepEqual(
    subscriber.arrived.map(({ json }) => json.authorizations[0].user_id),
    [ids.bot, ids.mel],
  )
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
  assert.deepEqual(await store.findUndelivered(TEAM, null, 10), [])
})

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

test('the apps of two teams are told each of its own team, in ids that never meet', async (t) => {
  const [coffee, tea] = await Promise.all([startSubscriber(t), startSubscriber(t)])
  const { store, relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: coffee.url }] })
  const { team, users, tokens } = anotherWorld()
  await store.addTeam({ ...team, apps: new Map([[STATUS_APP, { ...anApp(), requestUrl: tea.url }]]) }, users)
  for (const { token, grant } of tokens) await store.addToken(token, grant)
  await relay.reload()
  const titles = Array.from({ length: 20 }, (_, index) => String(index))
  await Promise.all([
    ...titles.map((title) => setTitle(`coffee ${title}`, ids.mel)),
    ...titles.map((title) => setTitleIn(store, { title: `tea ${title}`, userId: ids.mel, teamId: OTHER_TEAM })),
  ])
  await relay.settled()
  assert.deepEqual(
    titlesOf(coffee),
    titles.map((title) => `coffee ${title}`),
  )
  assert.deepEqual(
    titlesOf(tea),
    titles.map((title) => `tea ${title}`),
  )
  for (const { json } of tea.arrived) assert.equal(json.team_id, OTHER_TEAM)
  const eventIds = [...coffee.arrived, ...tea.arrived].map(({ json }) => json.event_id)
  assert.equal(new Set(eventIds).size, 40)
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

test('a store that is set back without a word is followed', async (t) => {
  const subscriber = await startSubscriber(t)
  const { store, relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  const snapshot = await store.takeSnapshot()
  for (const title of ['one', 'two', 'three']) await setTitle(title)
  await relay.settled()
  await store.restoreSnapshot(snapshot)
  await relay.reload()
  await setTitle('new')
  await relay.settled()
  assert.deepEqual(titlesOf(subscriber), ['one', 'two', 'three', 'new'])
})

test('one who is far behind in what does not concern it lets others work', async (t) => {
  const subscriber = await startSubscriber(t)
  const apps = [{ requestUrl: subscriber.url, events: ['user_status_changed'] }]
  const { clock, node, relay, store, setTitle } = await startRelay(t, { apps })
  await relay.stop()
  await Promise.all(Array.from({ length: 3000 }, (_, index) => setTitle(String(index))))
  await setTitle('last', ids.mel, ['user_status_changed'])

  const log = { info: () => {}, warn: () => {} }
  const again = createRelay({ store, node, clock, log, publicUrl: () => 'http://127.0.0.1:4390', allowPrivate: true })
  await again.start()
  let turns = 0
  const ticking = setInterval(() => {
    turns += 1
  }, 0)
  await again.settled()
  clearInterval(ticking)
  assert.deepEqual(titlesOf(subscriber), ['last'])
  assert.ok(turns >= 5, `${turns} turns`)
  await again.stop()
})

test('a reset that fails leaves everything as it was, and deliveries go on', async (t) => {
  const subscriber = await startSubscriber(t)
  const { relay, setTitle } = await startRelay(t, { apps: [{ requestUrl: subscriber.url }] })
  await assert.rejects(
    relay.reset(() => Promise.reject(new Error('Nothing was restored.'))),
    /Nothing was restored/,
  )
  await setTitle('after')
  await relay.settled()
  assert.deepEqual(titlesOf(subscriber), ['after'])
})
