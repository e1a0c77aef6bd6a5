import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { RTMClient } from '@slack/rtm-api'
import { LogLevel } from '@slack/web-api-7'
import { WebSocket } from 'ws'
import { sendRaw } from './support/raw.ts'
import { connectSocket, eventually, refusalOf, type SocketClient, soon } from './support/socket-client.ts'
import { type SocketTestOptions, type SocketTestServer, startSocketServer } from './support/socket-server.ts'
import { ALL_SCOPES, aGrant, anotherWorld, aWorld, ids, NOW, TEAM, type World, withGrant } from './support/world.ts'

const scoped = (token: string, scopes: readonly string[]) => withGrant(token, (grant) => ({ ...grant, scopes }))
const rtmWorld = () =>
  [
    scoped('xoxp-ada', [...ALL_SCOPES, 'rtm:stream']),
    scoped('xoxp-mel', ['users.profile:write', 'client']),
    scoped('xoxb-bot', ['rtm:stream']),
  ].reduce<World>((world, change) => change(world), aWorld())

const start = (t: TestContext, options: SocketTestOptions = {}) =>
  startSocketServer(t, { worlds: [rtmWorld(), scoped('xoxp-elsewhere', ['client'])(anotherWorld())], ...options })

async function connect(t: TestContext, server: SocketTestServer, token: string): Promise<SocketClient> {
  const { ok, url } = await server.call('rtm.connect', token)
  assert.equal(ok, true)
  const client = connectSocket(t, url)
  assert.deepEqual(await client.next(), { type: 'hello' })
  return client
}

const setTitle = (server: SocketTestServer, title: string, token = 'xoxp-ada') =>
  server.call('users.profile.set', token, { profile: JSON.stringify({ title }) })

describe('an RTM connection', () => {
  test('hears of every change in its team, plainly, with the email only where its token reads it', async (t) => {
    const server = await start(t)
    const [ada, mel, elsewhere] = await Promise.all([
      connect(t, server, 'xoxp-ada'),
      connect(t, server, 'xoxp-mel'),
      connect(t, server, 'xoxp-elsewhere'),
    ])
    await setTitle(server, 'Barista')
    for (const client of [ada, mel]) {
      const event = await client.next('user_change')
      assert.deepEqual(Object.keys(event).sort(), ['cache_ts', 'event_ts', 'type', 'user'])
      assert.equal(event.user.id, ids.ada)
      assert.equal(event.user.profile.title, 'Barista')
      assert.equal(event.user.profile.email, client === ada ? 'ada@coffee.example' : undefined)
      assert.equal(event.user.is_app_user, client === ada)
      assert.match(event.event_ts, /^\d+\.\d{6}$/)
      assert.deepEqual((await client.next()).type, 'user_profile_changed')
    }
    // What it hears first is a change of its own team: the one above is not among its messages.
    await server.call('rtm.connect', 'xoxp-elsewhere')
    assert.deepEqual(elsewhere.messages, [{ type: 'hello' }])
    assert.deepEqual(server.problems, [])
  })

  test('hears nothing of what was before it, and everything in order from then on', async (t) => {
    const server = await start(t)
    await setTitle(server, 'before')
    const ada = await connect(t, server, 'xoxp-ada')
    const titles = Array.from({ length: 250 }, (_, at) => `title ${at}`)
    for (const title of titles) await setTitle(server, title)
    await eventually(() => ada.messages.length === 1 + 2 * titles.length, 'hearing of every change')
    const heard = ada.messages.filter(({ type }) => type === 'user_change').map(({ user }) => user.profile.title)
    assert.deepEqual(heard, titles)
  })

  test('tells a person, and nobody else, what Slackbot writes to them', async (t) => {
    const server = await start(t)
    const ada = await connect(t, server, 'xoxp-ada')
    const mel = await connect(t, server, 'xoxp-mel')
    await server.store.change(
      { teamId: TEAM, actorId: ids.ada, userId: ids.mel, emails: [], userIds: [] },
      ({ user }) => {
        assert.ok(user)
        const changed = { ...user, updated: NOW }
        return { user: changed, events: [], facts: [{ kind: 'message', userId: ids.mel, text: 'Your address …' }] }
      },
    )
    const message = await mel.next('message')
    assert.equal(message.text, 'Your address …')
    assert.equal(message.user, 'USLACKBOT')
    assert.match(message.channel, /^D/)
    await setTitle(server, 'after')
    await ada.next('user_change')
    assert.ok(ada.messages.every(({ type }) => type !== 'message'))
  })

  test('hears of each setting of its team that changes, but for what owners alone may read', async (t) => {
    const server = await start(t)
    const [mel, elsewhere] = await Promise.all([connect(t, server, 'xoxp-mel'), connect(t, server, 'xoxp-elsewhere')])
    const prefs = {
      compat: { email_change: 'confirm' },
      settings: { allowed_ips: ['127.0.0.1', '::1'], uneditable_fields: ['title'], state: null },
    }
    const { ok } = await server.call('team.prefs.set', 'xoxp-pia', { prefs: JSON.stringify(prefs) })
    assert.equal(ok, true)
    const { event_ts, ...change } = await mel.next('team_pref_change')
    assert.deepEqual(change, { type: 'team_pref_change', name: 'email_change', value: 'confirm' })
    assert.match(event_ts, /^\d+\.\d{6}$/)
    const { event_ts: _, ...fields } = await mel.next()
    assert.deepEqual(fields, { type: 'team_pref_change', name: 'uneditable_fields', value: ['title'] })
    assert.ok(!JSON.stringify(mel.messages).includes('127.0.0.1'))
    assert.deepEqual(elsewhere.messages, [{ type: 'hello' }])
    assert.deepEqual(server.problems, [])
  })

  test('answers a ping with all it said, a message with a refusal, and anything broken with an error', async (t) => {
    const server = await start(t)
    const ada = await connect(t, server, 'xoxp-ada')
    ada.send({ id: 7, type: 'ping', time: 1403299273342 })
    assert.deepEqual(await ada.next(), { type: 'pong', reply_to: 7, time: 1403299273342 })
    ada.send({ id: 8, type: 'typing', channel: 'D1' })
    ada.send({ id: 9, type: 'message', channel: 'D1', text: 'hi' })
    assert.equal((await ada.next()).reply_to, 9)
    ada.send({ id: 11, type: 'dance' })
    const { error, ...refused } = await ada.next()
    assert.deepEqual([refused, error.code], [{ ok: false, reply_to: 11 }, 2])
    for (const broken of ['{', '[]', 'null', '"text"', '{"id":12}', '{"id":13,"type":1}']) {
      ada.send(broken)
      const told = await ada.next()
      assert.deepEqual([told.type, told.error.code], ['error', 3], 'no client takes it for an address that is too old')
    }
    ada.send({ type: 'ping', id: 10, __proto__: { a: 1 } })
    assert.equal((await ada.next()).reply_to, 10)
  })

  test('is let in once by its ticket, whatever Host and Origin say', async (t) => {
    const server = await start(t)
    const { url } = await server.call('rtm.connect', 'xoxb-bot')
    const client = connectSocket(t, url, { headers: { host: '127.0.0.1' }, origin: 'https://api.slack.com' })
    await client.next('hello')
    assert.equal(await soon(refusalOf(url), 'turning away'), 403)
    assert.equal(await soon(refusalOf(`${server.url.replace('http', 'ws')}/websocket/`), 'turning away'), 403)
    assert.equal(await soon(refusalOf(`${server.url.replace('http', 'ws')}/elsewhere`), 'turning away'), 403)
  })

  test('takes no ticket of Socket Mode, nor the other way round', async (t) => {
    const server = await start(t)
    const rtm = new URL((await server.call('rtm.connect', 'xoxp-ada')).url)
    const ticket = rtm.pathname.split('/').at(-1) ?? ''
    assert.ok(ticket.length >= 22)
    assert.equal(await refusalOf(`ws://${rtm.host}/link/?ticket=${ticket}&app_id=A0STATUS01`), 403)
    const other = new URL((await server.call('apps.connections.open', 'xapp-bot')).url).searchParams.get('ticket')
    assert.equal(await refusalOf(`ws://${rtm.host}/websocket/${other}`), 403)
  })

  test('ends when its token is revoked, or its user is gone', async (t) => {
    const server = await start(t)
    const ada = await connect(t, server, 'xoxp-ada')
    const mel = await connect(t, server, 'xoxp-mel')
    await server.store.revokeToken(TEAM, 'ada', server.clock.now())
    assert.equal((await soon(ada.closed, 'the end'))[0], 1008)
    await server.store.change(
      { teamId: TEAM, actorId: ids.pia, userId: ids.mel, emails: [], userIds: [] },
      ({ user }) => {
        assert.ok(user)
        return { user: { ...user, deleted: true, updated: user.updated + 1 }, events: ['user_change'] }
      },
    )
    assert.equal((await soon(mel.closed, 'the end'))[0], 1008)
    assert.equal((await server.call('rtm.connect', 'xoxp-mel')).error, 'token_revoked')
  })

  test('ends when the time of its token is over', async (t) => {
    const server = await start(t, { pingMs: 50 })
    const expiresAt = Math.floor(server.clock.now() / 1000) + 60
    const grant = aGrant({ userId: ids.mel, tokenId: 'short', scopes: ['client'], expiresAt })
    await server.store.addToken('xoxp-short', grant)
    const short = await connect(t, server, 'xoxp-short')
    const ada = await connect(t, server, 'xoxp-ada')
    await server.clock.moveTo(server.clock.now() + 60_000)
    assert.equal((await soon(short.closed, 'the end'))[0], 1008)
    assert.equal(ada.socket.readyState, WebSocket.OPEN)
  })

  test('says goodbye when the server stops', async (t) => {
    const server = await start(t)
    const ada = await connect(t, server, 'xoxp-ada')
    const { url } = await server.call('rtm.connect', 'xoxp-ada')
    await server.sockets.stop()
    await ada.next('goodbye')
    assert.equal((await soon(ada.closed, 'the end'))[0], 1001)
    assert.equal(await refusalOf(url), 503)
  })

  test('makes room for its eleventh on the same user by ending the first', async (t) => {
    const server = await start(t)
    const clients: SocketClient[] = []
    for (let count = 0; count < 11; count++) clients.push(await connect(t, server, 'xoxp-ada'))
    const [first, ...others] = clients
    assert.equal((await soon(first?.closed ?? Promise.reject(), 'the end of the first'))[0], 1008)
    await setTitle(server, 'Barista')
    for (const client of others) await client.next('user_change')
  })
})

describe('a socket', () => {
  test('is pinged, and dropped when it does not answer', async (t) => {
    const server = await start(t, { pingMs: 50 })
    const { url } = await server.call('rtm.connect', 'xoxp-ada')
    const deaf = connectSocket(t, url, { autoPong: false } as object)
    const lively = await connect(t, server, 'xoxp-ada')
    await eventually(() => lively.pings >= 3, 'three pings')
    assert.equal((await soon(deaf.closed, 'dropping'))[0], 1006)
    assert.equal(lively.socket.readyState, WebSocket.OPEN)
  })

  test('is cut when its client sends too much, or too often', async (t) => {
    const server = await start(t)
    const big = await connect(t, server, 'xoxp-ada')
    big.send({ type: 'ping', id: 1, filler: 'x'.repeat(60_000) })
    assert.equal((await big.next('pong')).reply_to, 1)
    big.send('x'.repeat(65 * 1024))
    assert.equal((await soon(big.closed, 'the end'))[0], 1009)
    const busy = await connect(t, server, 'xoxp-mel')
    for (let count = 0; count < 1_500; count++) busy.send({ type: 'typing' })
    assert.deepEqual(await soon(busy.closed, 'the end'), [1008, 'too many messages'])
  })

  test('is cut when its client does not read', async (t) => {
    const server = await start(t)
    const slow = await connect(t, server, 'xoxp-ada')
    const other = await connect(t, server, 'xoxp-mel')
    slow.socket.pause()
    const large = { fields: { Xf0LONG001: { value: '漢'.repeat(5000) } } }
    // The kernel takes some megabytes before the server sees that nobody reads.
    let sets = 0
    await eventually(async () => {
      for (let count = 0; count < 50; count++) {
        sets += 1
        const profile = { ...large, title: `title ${sets}` }
        await server.call('users.profile.set', 'xoxp-ada', { profile: JSON.stringify(profile) })
      }
      return server.sockets.size === 1
    }, 'cutting off')
    await eventually(() => other.messages.length === 1 + 2 * sets, 'the other hearing everything')
  })

  test('is no matter for calls that offer an upgrade', async (t) => {
    const server = await start(t)
    for (const upgrade of ['h2c', 'websocket']) {
      const { answers } = await sendRaw(
        server.port,
        `POST /api/auth.test HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: ${upgrade}\r\nauthorization: Bearer xoxp-ada\r\ncontent-length: 0\r\n\r\n`,
        { answers: 1 },
      )
      assert.equal(answers[0]?.json.user, 'ada', upgrade)
    }
  })

  test('that is no good handshake is refused as HTTP', async (t) => {
    const server = await start(t)
    const { url } = await server.call('rtm.connect', 'xoxp-ada')
    const path = new URL(url).pathname
    const { answers } = await sendRaw(
      server.port,
      `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: short\r\n\r\n`,
      { answers: 1 },
    )
    assert.equal(answers[0]?.status, 400)
  })
})

test('the official RTM client hears of a change, and its pings are answered', async (t) => {
  const server = await start(t)
  const client = new RTMClient('xoxp-ada', {
    slackApiUrl: server.api,
    logLevel: LogLevel.ERROR,
    clientPingTimeout: 60,
    serverPongTimeout: 50,
    replyAckOnReconnectTimeout: 10,
    autoReconnect: false,
  } as ConstructorParameters<typeof RTMClient>[1])
  t.after(() => client.disconnect())
  const heard: { user: { id: string; profile: { title: string } } }[] = []
  let pongs = 0
  client.on('user_change', (event) => heard.push(event))
  client.on('pong', () => {
    pongs += 1
  })
  const started = await client.start()
  assert.deepEqual((started as unknown as { self: object }).self, { id: ids.ada, name: 'ada' })
  await soon(new Promise((resolve) => client.once('ready', resolve)), 'getting ready')
  await setTitle(server, 'Barista')
  await eventually(() => heard.length === 1 && pongs >= 2, 'hearing of the change')
  assert.equal(heard[0]?.user.id, ids.ada)
  assert.equal(heard[0]?.user.profile.title, 'Barista')
  await client.disconnect()
})
