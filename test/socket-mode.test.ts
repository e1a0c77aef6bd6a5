import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SocketModeClient } from '@slack/socket-mode'
import { LogLevel } from '@slack/web-api'
import { connectSocket, eventually, type Message, soon } from './support/socket-client.ts'
import {
  acknowledgeAll,
  connect,
  envelopesOf,
  openUrl,
  setTitle,
  start,
  titleOf,
  waiting,
} from './support/socket-mode.ts'
import type { SocketTestServer } from './support/socket-server.ts'
import { ids, STATUS_APP, TEAM } from './support/world.ts'

describe('a Socket Mode connection', () => {
  test('is greeted, hears of a change, and acknowledges it', async (t) => {
    const server = await start(t)
    const url = new URL(await openUrl(server))
    assert.equal(`${url.protocol}//${url.host}${url.pathname}`, `ws://127.0.0.1:${server.port}/link/`)
    assert.equal(url.searchParams.get('app_id'), STATUS_APP)
    assert.equal(Buffer.from(url.searchParams.get('ticket') ?? '', 'base64url').length, 16)

    const client = connectSocket(t, url.href)
    const { debug_info, ...hello } = await client.next()
    assert.deepEqual(hello, { type: 'hello', num_connections: 1, connection_info: { app_id: STATUS_APP } })
    assert.match(debug_info.started, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/)
    assert.deepEqual(
      [debug_info.host, typeof debug_info.build_number, debug_info.approximate_connection_time],
      [url.host, 'number', 18_000],
    )

    await setTitle(server, 'Barista')
    const { payload, envelope_id, ...rest } = await client.next()
    assert.deepEqual(rest, {
      type: 'events_api',
      accepts_response_payload: false,
      retry_attempt: 0,
      retry_reason: '',
    })
    assert.match(envelope_id, /^[0-9a-f-]{36}$/)
    assert.partialDeepStrictEqual(payload, {
      type: 'event_callback',
      team_id: TEAM,
      api_app_id: STATUS_APP,
      token: 'verification-token',
      event: { type: 'user_change', user: { id: ids.ada, profile: { title: 'Barista' } } },
    })
    assert.match(payload.event_id, /^Ev[0-9A-Z]+$/)
    client.send({ envelope_id })
    await soon(server.relay.settled(), 'settling')
    assert.deepEqual(await waiting(server), [])
    const [delivery, ...more] = server.relay.deliveries()
    assert.deepEqual(more, [])
    assert.partialDeepStrictEqual(delivery, { ok: true, url: 'socket-mode', id: payload.event_id, attempt: 1 })
    assert.deepEqual(server.problems, [])
  })

  test('shares the events with the others, each going to one of them', async (t) => {
    const server = await start(t)
    const clients = await Promise.all([connect(t, server), connect(t, server), connect(t, server)])
    assert.deepEqual(clients.map(({ messages }) => messages[0].num_connections).sort(), [1, 2, 3])
    clients.forEach(acknowledgeAll)
    const titles = Array.from({ length: 30 }, (_, at) => `title ${at}`)
    for (const title of titles) await setTitle(server, title)
    const heard = () => clients.flatMap(envelopesOf)
    await eventually(() => heard().length === 30, 'thirty events')
    assert.deepEqual(heard().map(titleOf).sort(), [...titles].sort())
    for (const client of clients) assert.ok(envelopesOf(client).length >= 8, 'each has its part')
  })

  test('leaves what it did not acknowledge to another, and says why', async (t) => {
    const server = await start(t, { times: { acknowledgeMs: 50 } })
    const first = await connect(t, server)
    const second = await connect(t, server)
    await setTitle(server, 'Barista')
    await eventually(() => envelopesOf(first).length + envelopesOf(second).length === 2, 'a second attempt')
    const [one, other] = [envelopesOf(first)[0], envelopesOf(second)[0]]
    assert.equal(one.payload.event_id, other.payload.event_id)
    assert.notEqual(one.envelope_id, other.envelope_id)
    assert.deepEqual([one, other].map(({ retry_attempt, retry_reason }) => `${retry_attempt} ${retry_reason}`).sort(), [
      '0 ',
      '1 timeout',
    ])
  })

  test('hears of an event four times, by the schedule of Slack, and then it is kept', async (t) => {
    const server = await start(t, { times: { acknowledgeMs: 30 } })
    const client = await connect(t, server)
    server.clock.setFrozen(true)
    await setTitle(server, 'Barista')
    const attempts = () => envelopesOf(client).map(({ retry_attempt }) => retry_attempt)
    const attemptsAre = (...expected: number[]) =>
      eventually(() => `${attempts()}` === `${expected}`, `attempts ${expected}`)
    const isKept = (attempts: number) =>
      eventually(async () => {
        await server.relay.settled()
        return (await waiting(server))[0]?.attempts === attempts
      }, `keeping it after ${attempts} attempts`)
    await attemptsAre(0, 1)
    await isKept(2)
    await server.clock.moveTo(server.clock.now() + 59_000)
    assert.deepEqual(attempts(), [0, 1])
    await server.clock.moveTo(server.clock.now() + 1_000)
    await attemptsAre(0, 1, 2)
    await isKept(3)
    await server.clock.moveTo(server.clock.now() + 5 * 60_000)
    await attemptsAre(0, 1, 2, 3)
    await isKept(4)
    const [row] = await waiting(server)
    assert.partialDeepStrictEqual(row, { attempts: 4, reason: 'timeout', nextAt: null })

    const [redelivered] = await Promise.all([
      server.relay.redeliver(row?.id ?? ''),
      eventually(() => attempts().length === 5, 'a redelivery').then(() =>
        client.send({ envelope_id: envelopesOf(client)[4].envelope_id, payload: {} }),
      ),
    ])
    assert.equal(redelivered?.ok, true)
  })

  test('hears, once it is open, of what happened while none was', async (t) => {
    const server = await start(t)
    const titles = Array.from({ length: 20 }, (_, at) => `title ${at}`)
    for (const title of titles) await setTitle(server, title)
    await server.relay.settled()
    assert.deepEqual(server.relay.deliveries(), [], 'nothing is tried in vain')
    const client = await connect(t, server)
    acknowledgeAll(client)
    await eventually(() => envelopesOf(client).length === 20, 'the backlog')
    assert.deepEqual(envelopesOf(client).map(titleOf), titles)
    assert.ok(envelopesOf(client).every(({ retry_attempt }) => retry_attempt === 0))
  })

  test('hands over, when it breaks off, to the next', async (t) => {
    const server = await start(t)
    const first = await connect(t, server)
    await setTitle(server, 'Barista')
    const { payload } = await first.next('events_api')
    first.socket.terminate()
    await eventually(() => !server.socketMode.isOpen({ teamId: TEAM, appId: STATUS_APP }), 'the end')
    const second = await connect(t, server)
    const again = await second.next('events_api')
    acknowledgeAll(second)
    assert.deepEqual([again.payload.event_id, again.retry_attempt], [payload.event_id, 1])
  })

  test('loses nothing when the server stops before an acknowledgement', async (t) => {
    const before = await start(t, { times: { acknowledgeMs: 50 } })
    const client = await connect(t, before)
    before.clock.setFrozen(true)
    await setTitle(before, 'Barista')
    const { payload } = await client.next('events_api')
    await before.stop()
    assert.equal((await client.next('disconnect')).reason, 'refresh_requested')
    assert.equal((await soon(client.closed, 'the end'))[0], 1001)

    const after = await start(t, { store: before.store })
    const next = await connect(t, after)
    const again = await next.next('events_api')
    acknowledgeAll(next)
    assert.equal(again.payload.event_id, payload.event_id)
    assert.ok(again.retry_attempt >= 1)
    // The store goes with the first server.
    await after.stop()
  })
})

describe('the official Socket Mode client', () => {
  const options = (server: SocketTestServer) => ({
    appToken: 'xapp-bot',
    clientOptions: { slackApiUrl: server.api },
    logLevel: LogLevel.ERROR,
  })

  test('hears of a change', async (t) => {
    const server = await start(t)
    const client = new SocketModeClient(options(server))
    const heard: Message[] = []
    client.on('user_change', async (event) => {
      await event.ack()
      heard.push(event)
    })
    await client.start()
    t.after(() => client.disconnect())
    await setTitle(server, 'Barista')
    await eventually(() => heard.length === 1, 'the event')
    assert.equal(heard[0].event.user.profile.title, 'Barista')
    assert.equal(heard[0].retry_num, 0)
    await soon(server.relay.settled(), 'settling')
    assert.deepEqual(await waiting(server), [])
    await client.disconnect()
  })

  test('misses nothing while its connections are refreshed again and again', async (t) => {
    const server = await start(t, { times: { lifetimeMs: 150, warningMs: 50 } })
    const client = new SocketModeClient({ ...options(server), clientPingTimeout: 60 })
    const heard = new Set<string>()
    let connections = 0
    client.on('connected', () => {
      connections += 1
    })
    client.on('user_change', async (event) => {
      await event.ack()
      heard.add(event.event.user.profile.title)
    })
    await client.start()
    t.after(() => client.disconnect())
    let sets = 0
    await eventually(async () => {
      await setTitle(server, `title ${sets}`)
      sets += 1
      return connections >= 4
    }, 'four connections')
    await eventually(() => heard.size === sets, 'every change')
    await client.disconnect()
  })
})
