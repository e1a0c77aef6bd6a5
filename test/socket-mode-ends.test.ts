import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { connectSocket, eventually, type Message, refusalOf, type SocketClient, soon } from './support/socket-client.ts'
import { acknowledgeAll, connect, envelopesOf, openUrl, setTitle, socketWorlds, start } from './support/socket-mode.ts'
import { anApp, STATUS_APP, TEAM } from './support/world.ts'

describe('a Socket Mode connection is refused', () => {
  test('without a ticket, with one that was used, and with one whose time is over', async (t) => {
    const server = await start(t)
    const base = `ws://127.0.0.1:${server.port}`
    assert.equal(await refusalOf(`${base}/link/`), 403)
    assert.equal(await refusalOf(`${base}/link/?ticket=abc&app_id=${STATUS_APP}`), 403)
    assert.equal(await refusalOf(`${base}/`), 403)
    const used = await openUrl(server)
    await connectSocket(t, used).next('hello')
    assert.equal(await refusalOf(used), 403)
    const hasty = await start(t, { ticketLifeMs: 0 })
    assert.equal(await refusalOf(await openUrl(hasty)), 403)
  })

  test('a ticket, while too many are out', async (t) => {
    const server = await start(t, { limits: { ticketsMax: 2 } })
    const url = await openUrl(server)
    await openUrl(server)
    const { error, response_metadata } = await server.call('apps.connections.open', 'xapp-bot')
    assert.equal(error, 'service_unavailable')
    assert.match(response_metadata.messages[0], /too many/)
    await connectSocket(t, url).next('hello')
    await openUrl(server)
  })

  test('when ten are open, in place of a hello; the ten stay', async (t) => {
    const server = await start(t)
    const ten: SocketClient[] = []
    for (let count = 0; count < 10; count++) ten.push(await connect(t, server))
    const eleventh = connectSocket(t, await openUrl(server))
    const { debug_info: _, ...told } = await eleventh.next()
    assert.deepEqual(told, { type: 'disconnect', reason: 'too_many_websockets' })
    assert.equal((await soon(eleventh.closed, 'the end'))[0], 1008)
    ten.forEach(acknowledgeAll)
    await setTitle(server, 'Barista')
    await eventually(() => ten.flatMap(envelopesOf).length === 1, 'an event on one of the ten')
    ten[0]?.socket.close()
    await soon(ten[0]?.closed ?? Promise.reject(), 'closing')
    await connect(t, server)
  })

  test('when the app has Socket Mode turned off', async (t) => {
    const server = await start(t, { worlds: socketWorlds({ socketMode: false }) })
    const client = connectSocket(t, await openUrl(server))
    const { type, reason } = await client.next()
    assert.deepEqual([type, reason], ['disconnect', 'link_disabled'])
    assert.equal((await soon(client.closed, 'the end'))[0], 1008)
  })
})

describe('a Socket Mode connection ends', () => {
  const endsWith = async (client: SocketClient, reason: string) => {
    assert.equal((await client.next('disconnect')).reason, reason)
    assert.deepEqual(await soon(client.closed, 'the end'), [1008, reason])
  }

  test('when its token is revoked', async (t) => {
    const server = await start(t)
    const client = await connect(t, server)
    await server.store.revokeToken(TEAM, 'app', server.clock.now())
    await endsWith(client, 'link_disabled')
    assert.equal((await server.call('apps.connections.open', 'xapp-bot')).error, 'token_revoked')
  })

  test('when the app turns Socket Mode off, and its events go to the request URL', async (t) => {
    const bodies: { type: string; challenge?: string; event: Message }[] = []
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk) => chunks.push(chunk))
      request.on('end', () => {
        bodies.push(JSON.parse(String(Buffer.concat(chunks))))
        response.end(bodies.at(-1)?.challenge)
      })
    }).listen(0, '127.0.0.1')
    t.after(() => receiver.close())
    await soon(new Promise((resolve) => receiver.once('listening', resolve)), 'listening')
    const requestUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
    const server = await start(t, { worlds: socketWorlds({ requestUrl }) })
    const client = await connect(t, server)
    acknowledgeAll(client)
    await setTitle(server, 'by socket')
    await eventually(() => envelopesOf(client).length === 1, 'the event')
    await server.relay.settled()
    assert.equal(bodies.length, 0, 'Socket Mode goes before the request URL')

    const team = await server.store.getTeam(TEAM)
    const app = { ...anApp(), requestUrl }
    await server.store.saveTeam({ ...team, apps: new Map([[STATUS_APP, app]]) })
    await endsWith(client, 'link_disabled')
    await server.relay.reload()
    await setTitle(server, 'by http')
    const events = () => bodies.filter(({ type }) => type === 'event_callback')
    await eventually(() => events().length === 1, 'the event')
    assert.equal(events()[0]?.event.user.profile.title, 'by http')

    await server.store.saveTeam({ ...team, apps: new Map([[STATUS_APP, { ...app, socketMode: true }]]) })
    const next = await connect(t, server)
    acknowledgeAll(next)
    await setTitle(server, 'by socket again')
    await eventually(() => envelopesOf(next).length === 1, 'the event')
  })

  test('after its lifetime, with a warning before', async (t) => {
    const server = await start(t, { times: { lifetimeMs: 200, warningMs: 100, acknowledgeMs: 100 } })
    const client = await connect(t, server)
    assert.equal((await client.next()).reason, 'warning')
    const { type, reason, debug_info } = await client.next()
    assert.deepEqual([type, reason, debug_info.host], ['disconnect', 'refresh_requested', `127.0.0.1:${server.port}`])
    // It takes nothing new, and what it has may still be acknowledged.
    assert.equal(server.socketMode.isOpen({ teamId: TEAM, appId: STATUS_APP }), false)
    assert.equal((await soon(client.closed, 'the end'))[0], 1000)
  })

  test('sooner, where it asks for that', async (t) => {
    const server = await start(t)
    const client = connectSocket(t, `${await openUrl(server)}&debug_reconnects=true`)
    assert.equal((await client.next('hello')).debug_info.approximate_connection_time, 360)
  })

  test('when its client says nothing but nonsense, or goes on too long', async (t) => {
    const server = await start(t)
    const client = await connect(t, server)
    for (const nonsense of ['{', '[]', 'null', '7', '{"envelope_id":7}', '{"envelope_id":"unknown"}'])
      client.send(nonsense)
    client.socket.send(Buffer.from([1, 2, 3]))
    await setTitle(server, 'Barista')
    assert.equal((await client.next('events_api')).retry_attempt, 0)
    assert.equal(client.socket.readyState, WebSocket.OPEN)
    client.send('x'.repeat(65 * 1024))
    assert.equal((await soon(client.closed, 'the end'))[0], 1009)
  })
})
