import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { WebClient } from '@slack/web-api'
import { nametag } from '../src/client/client.ts'
import { type Nametag, type StartOptions, startNametag } from '../src/testing/start.ts'
import { temporaryFolder } from './support/server.ts'
import { startSubscriber } from './support/subscriber.ts'

/** A server for tests, used as a test would use it. */

const ADA = 'U0ADA00001'
const BUSY = { status_text: 'In a meeting', status_emoji: ':calendar:' }

async function start(t: TestContext, options?: StartOptions): Promise<Nametag> {
  const server = await startNametag(options)
  t.after(() => server.stop())
  return server
}

const as = (server: Nametag, who: string, token = server.token(who)) => nametag({ token, apiUrl: server.api })

test('the official client sets a status, and it goes when its time has come', async (t) => {
  const server = await start(t)
  const slack = new WebClient(server.token('ada'), { slackApiUrl: server.api })
  const status_expiration = server.clock.now() + 7200
  await slack.users.profile.set({ profile: { ...BUSY, status_expiration } })
  await server.clock.advance('1h59m')
  assert.equal((await slack.users.profile.get({})).profile?.status_text, 'In a meeting')
  await server.clock.advance('1m')
  assert.equal((await slack.users.profile.get({})).profile?.status_text, '')
  assert.deepEqual(
    (await server.events()).map(({ user, types }) => [user, ...types]),
    [
      [ADA, 'user_change', 'user_status_changed'],
      [ADA, 'user_change', 'user_status_changed'],
    ],
  )
})

test('the page is that of nametag dev', async (t) => {
  const server = await start(t)
  const page = await (await fetch(server.url)).text()
  assert.match(page, /Ada Lovelace/)
  assert.ok(page.includes(server.api))
})

describe('the clock', () => {
  test('stands still where it was asked to, also after a reset', async (t) => {
    const server = await start(t, { frozen: true })
    const control = async () =>
      (
        await fetch(`${server.url}/_nametag/clock`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        })
      ).json()
    const begin = server.clock.now()
    await server.clock.advance(90)
    assert.deepEqual(await control(), { now: begin + 90, frozen: true })
    await server.reset()
    assert.ok(server.clock.now() < begin + 90)
    assert.deepEqual(await control(), { now: server.clock.now(), frozen: true })
    server.clock.unfreeze()
    assert.equal(((await control()) as { frozen: boolean }).frozen, false)
    server.clock.freeze()
    assert.equal(((await control()) as { frozen: boolean }).frozen, true)
  })

  test('is set to a date or to seconds, and never back', async (t) => {
    const { clock } = await start(t, { frozen: true })
    await clock.set(new Date('2100-01-01T00:00:00Z'))
    assert.equal(clock.now(), Date.UTC(2100) / 1000)
    await clock.set(clock.now() + 60)
    assert.equal(clock.now(), Date.UTC(2100) / 1000 + 60)
    await assert.rejects(clock.set(0), /time never goes back/)
    await assert.rejects(clock.advance('soon'), /advance: must be seconds/)
  })
})

describe('tokens', () => {
  test('are found by name or id', async (t) => {
    const server = await start(t)
    assert.equal(server.token('ada'), 'xoxp-ada')
    assert.equal(server.token(ADA), 'xoxp-ada')
    assert.equal(server.token('statusbot'), 'xoxb-statusbot')
    assert.throws(() => server.token('eve'), /^Error: Nobody is called eve\. There are: pia, owen, ada, /)
  })

  test('are made with the scopes that are wanted, or with all', async (t) => {
    const server = await start(t)
    const narrow = as(server, 'mel', await server.newToken('mel', { scopes: ['users:read'] }))
    const refused = await narrow.users.profile.set({ profile: BUSY })
    assert.ok(!refused.ok)
    assert.deepEqual(
      [refused.error, refused.needed, refused.provided],
      ['missing_scope', 'users.profile:write', 'users:read'],
    )
    const whole = as(server, 'mel', await server.newToken('mel'))
    assert.equal((await whole.users.profile.set({ profile: BUSY })).ok, true)
  })

  test('are of the kind that is wanted', async (t) => {
    const server = await start(t)
    assert.match(await server.newToken('statusbot'), /^xoxb-/)
    const app = await server.newToken('ada', { kind: 'app' })
    assert.match(app, /^xapp-/)
    const answer = await as(server, 'ada', app).users.profile.get()
    assert.equal(answer.ok || answer.error, 'not_allowed_token_type')
  })

  test('expire by the clock of the server', async (t) => {
    const server = await start(t, { frozen: true })
    const ada = as(server, 'ada', await server.newToken('ada', { expiresInSeconds: 60 }))
    assert.equal((await ada.auth.test()).ok, true)
    await server.clock.advance(60)
    const answer = await ada.auth.test()
    assert.equal(answer.ok || answer.error, 'token_expired')
  })

  test('belong to an app of the team or to none', async (t) => {
    const server = await start(t)
    await assert.rejects(server.newToken('ada', { app: 'A0NOBODY01' }), /Coffee Co has no app A0NOBODY01/)
    assert.equal((await as(server, 'ada', await server.newToken('ada', { app: null })).auth.test()).ok, true)
  })
})

describe('faults', () => {
  test('meet the calls of a person, as often as they say', async (t) => {
    const server = await start(t)
    await server.faults.add({ method: 'users.profile.set', user: 'ada', error: 'internal_error', times: 2 })
    const set = (who: string) => as(server, who).users.profile.set({ profile: BUSY })
    assert.equal((await set('mel')).ok, true)
    const outcomes = [await set('ada'), await set('ada'), await set('ada')]
    assert.deepEqual(
      outcomes.map((answer) => answer.ok || answer.error),
      ['internal_error', 'internal_error', true],
    )
  })

  test('are listed until they have met all their calls, and can be taken back', async (t) => {
    const { faults } = await start(t)
    await faults.add({ error: 'fatal_error', times: 5 })
    assert.deepEqual(
      (await faults.list()).map(({ id, error, times }) => [id, error, times]),
      [['F1', 'fatal_error', 5]],
    )
    await faults.clear()
    assert.deepEqual(await faults.list(), [])
    await assert.rejects(faults.add({}), /say what is to happen/)
    await assert.rejects(faults.add({ user: 'eve', error: 'fatal_error' }), /Nobody is called eve/)
  })
})

test('calls, mails and messages can be looked at', async (t) => {
  const server = await start(t)
  await as(server, 'ada').users.profile.set({ profile: { email: 'ada@elsewhere.example' } })
  assert.deepEqual(
    (await server.calls()).map(({ method, user, args, ok }) => ({ method, user, args, ok })),
    [{ method: 'users.profile.set', user: ADA, args: { profile: '{"email":"ada@elsewhere.example"}' }, ok: true }],
  )
  assert.deepEqual((await server.mail()).map(({ to }) => to).sort(), [
    'ada@coffee.example.com',
    'ada@elsewhere.example',
  ])
  const [message, ...others] = await server.messages()
  assert.equal(message?.user, ADA)
  assert.match(message?.text ?? '', /ada@elsewhere\.example/)
  assert.deepEqual(others, [])
})

test('deliveries are told when they are done', async (t) => {
  const subscriber = await startSubscriber(t)
  const server = await start(t, { workspace: coffee(subscriber.url) })
  await as(server, 'zoe').users.profile.set({ profile: BUSY })
  assert.deepEqual(
    (await server.deliveries()).map(({ app, type, ok, status }) => [app, type, ok, status]),
    [['A0STATUS01', 'user_change', true, 200]],
  )
  assert.deepEqual(subscriber.types(), ['user_change'])
})

test('an event is delivered once more', async (t) => {
  const subscriber = await startSubscriber(t)
  const server = await start(t, { workspace: coffee(subscriber.url) })
  await as(server, 'zoe').users.profile.set({ profile: BUSY })
  const [first] = await server.deliveries()
  assert.partialDeepStrictEqual(await server.redeliver(first?.id ?? ''), { id: first?.id, ok: true, attempt: 2 })
  assert.deepEqual(subscriber.types(), ['user_change', 'user_change'])
  await assert.rejects(server.redeliver('EvNOTHING'), /no delivery of this id is kept/)
})

test('all that is stored is taken out and put back', async (t) => {
  const server = await start(t)
  const mel = as(server, 'mel')
  const state = await server.takeState()
  const made = await server.newToken('mel')
  await mel.users.profile.set({ profile: BUSY })
  await server.restoreState(JSON.parse(JSON.stringify(state)))
  const { profile } = await new WebClient('xoxp-mel', { slackApiUrl: server.api }).users.profile.get({})
  assert.equal(profile?.status_text, 'At the bar until four')
  const answer = await as(server, 'mel', made).auth.test()
  assert.equal(answer.ok || answer.error, 'invalid_auth')
  assert.equal((await server.calls()).length, 3)
  await assert.rejects(server.restoreState({ ...state, version: 0 }), /The snapshot has schema 0/)
})

test('a reset takes everything back to the start', async (t) => {
  const server = await start(t)
  const mel = as(server, 'mel')
  for (let call = 0; call < 10; call++) await mel.users.profile.set({ profile: BUSY })
  const made = await server.newToken('mel')
  await server.faults.add({ error: 'fatal_error' })
  await server.clock.advance(30)

  await server.reset()
  const { profile } = await new WebClient('xoxp-mel', { slackApiUrl: server.api }).users.profile.get({})
  assert.equal(profile?.status_text, 'At the bar until four')
  assert.equal((await mel.users.profile.set({ profile: BUSY })).ok, true)
  const answer = await as(server, 'mel', made).auth.test()
  assert.equal(answer.ok || answer.error, 'invalid_auth')
  assert.deepEqual(
    (await server.calls()).map(({ method }) => method),
    ['users.profile.get', 'users.profile.set', 'auth.test'],
  )
  assert.equal((await server.events()).length, 1)
})

test('limits hold unless they are turned off', async (t) => {
  const outcomes = async (rateLimits: boolean) => {
    const server = await start(t, { rateLimits, frozen: true })
    const ada = nametag({ token: server.token('ada'), apiUrl: server.api, retries: 0 })
    const answers = []
    for (let call = 0; call < 11; call++) answers.push(await ada.users.profile.set({ profile: BUSY }))
    return answers.filter(({ ok }) => !ok).map((answer) => (answer.ok ? '' : answer.error))
  }
  assert.deepEqual(await outcomes(true), ['ratelimited'])
  assert.deepEqual(await outcomes(false), [])
})

describe('a workspace', () => {
  test('is given as it would stand in a file, as a path, or several times', async (t) => {
    const path = join(temporaryFolder(t), 'coffee.json')
    writeFileSync(path, JSON.stringify(coffee()))
    const tea = {
      team: { id: 'T0TEATEA1' },
      users: [{ id: 'U0YUN00001', name: 'yun' }],
      tokens: [{ token: 'xoxp-yun', user: 'U0YUN00001', scopes: ['users:read'] }],
    }
    const server = await start(t, { workspace: [path, tea] })
    const teams = await Promise.all(['zoe', 'yun'].map((who) => as(server, who).auth.test()))
    assert.deepEqual(
      teams.map((answer) => answer.ok && [answer.user, answer.team_id]),
      [
        ['zoe', 'T0COFFEE1'],
        ['yun', 'T0TEATEA1'],
      ],
    )
  })

  test('that is wrong starts nothing and says why', async () => {
    const wrong = { users: [{ id: 'U0ZOE00001', nmae: 'zoe' }] }
    await assert.rejects(startNametag({ workspace: wrong }), /^CannotStart: the workspace has .*\n.*users\[0\]\.nmae/s)
    await assert.rejects(startNametag({ workspace: '/nowhere/at/all.json' }), /there is no such file/)
    await assert.rejects(startNametag({ workspace: [coffee(), coffee()] }), /Two workspace files describe the team/)
  })

  test('without a token for somebody says how to get one', async (t) => {
    const server = await start(t, { workspace: { ...coffee(), tokens: [] } })
    assert.throws(() => server.token('zoe'), /has no token for zoe: make one with newToken/)
    assert.equal((await as(server, 'zoe', await server.newToken('zoe')).auth.test()).ok, true)
  })
})

test('it ends where its block ends, and ends once', async () => {
  const server = await startNametag()
  const { api } = nametag({ apiUrl: server.api })
  assert.equal((await api.test()).ok, true)
  await Promise.all([server[Symbol.asyncDispose](), server.stop()])
  await assert.rejects(api.test(), { name: 'CallFailed', reason: 'unreachable' })
  await server.stop()
})

test('two of them know nothing of each other', async (t) => {
  const [one, other] = await Promise.all([start(t), start(t)])
  await as(one, 'ada').users.profile.set({ profile: BUSY })
  await one.clock.advance('1d')
  assert.deepEqual(await other.events(), [])
  assert.ok(one.clock.now() - other.clock.now() > 86_000)
})

test('a port that is taken is an error', async (t) => {
  const { url } = await start(t)
  await assert.rejects(startNametag({ port: Number(new URL(url).port) }), { code: 'EADDRINUSE' })
})

function coffee(requestUrl?: string) {
  return {
    team: { id: 'T0COFFEE1' },
    users: [{ id: 'U0ZOE00001', name: 'zoe' }],
    apps: [{ id: 'A0STATUS01', name: 'Status bot', events: ['user_change'], ...hook(requestUrl) }],
    tokens: [
      {
        token: 'xoxp-zoe',
        user: 'U0ZOE00001',
        app: 'A0STATUS01',
        scopes: ['users:read', 'users.profile:read', 'users.profile:write'],
      },
    ],
  }
}

function hook(requestUrl: string | undefined) {
  return requestUrl === undefined ? {} : { request_url: requestUrl, signing_secret: 'signing-secret' }
}
