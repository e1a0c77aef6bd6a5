import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { until } from '../../test/support/process.ts'
import { sendRaw } from '../../test/support/raw.ts'
import { send } from '../../test/support/send.ts'
import { assertSlackForm } from '../../test/support/slack-form.ts'
import type { Call } from '../web-api/call.ts'
import { createApiHandler, refuseForRoom } from './api.ts'
import { BODIES_BYTES_MAX, BODY_BYTES_MAX, createBodyRoom, reserveRoom } from './body-room.ts'
import { listen } from './listener.ts'

const KIB = 1024
const HEAD = 'POST /api/api.test HTTP/1.1\r\nhost: x\r\n'

async function serve(t: TestContext, handle: RequestListener) {
  const server = createServer(handle).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

/** A server with room for 100 KiB, that answers how long each body was. */
async function serveApi(t: TestContext) {
  const room = createBodyRoom(100 * KIB)
  const codes: string[] = []
  const answerCall = async ({ body }: Call) => ({
    status: 200,
    headers: [],
    body: `{"ok":true,"length":${body.length}}`,
  })
  const handle = createApiHandler(
    answerCall,
    () => false,
    (code) => codes.push(code),
    room,
  )
  const port = await serve(t, handle)
  const post = (bytes: number) => send(`http://127.0.0.1:${port}/api/api.test`, { body: Buffer.alloc(bytes, 'x') })
  return { port, room, codes, post }
}

/** Begins a body of 90 KiB and leaves off before its last byte. */
async function beginBody(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(`${HEAD}content-length: ${90 * KIB}\r\n\r\n`)
  socket.write(Buffer.alloc(90 * KIB - 1, 'x'))
  return socket
}

test('a body for which there is no room is told to come again, and a small one is read', async (t) => {
  const { port, room, codes, post } = await serveApi(t)
  const waiting = await beginBody(port)
  await until(() => room.bytes > 90 * KIB - 1 || undefined)

  const refused = await post(50 * KIB)
  assertSlackForm(refused, 'no room')
  assert.deepEqual([refused.status, refused.json.error], [503, 'service_unavailable'])
  assert.deepEqual([refused.headers['retry-after'], refused.headers.connection], ['1', 'close'])
  assert.deepEqual(codes, ['service_unavailable'])
  assert.equal((await post(7 * KIB)).json.length, 7 * KIB)

  waiting.write('x')
  await until(() => room.bytes === 0 || undefined)
  assert.equal((await post(50 * KIB)).json.length, 50 * KIB)
  waiting.destroy()
})

test('a body whose client goes away leaves its room to others', async (t) => {
  const { port, room, post } = await serveApi(t)
  const waiting = await beginBody(port)
  await until(() => room.bytes > 90 * KIB - 1 || undefined)
  waiting.destroy()
  await until(() => room.bytes === 0 || undefined)
  assert.equal((await post(50 * KIB)).json.length, 50 * KIB)
})

test('a body that is too large takes no room, and is refused for its size', async (t) => {
  const { room, post } = await serveApi(t)
  const { json } = await post(BODY_BYTES_MAX + 1)
  assert.equal(json.error, 'invalid_arguments')
  assert.equal(room.bytes, 0)
})

test('a body that comes byte by byte takes the room of its pieces', async (t) => {
  const { port, room } = await serveApi(t)
  const bytes = `${HEAD}connection: close\r\ntransfer-encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(1000)}0\r\n\r\n`
  const { answers } = await sendRaw(port, bytes)
  assert.equal(answers[0]?.json.error, 'service_unavailable')
  assert.equal(room.bytes, 0)
})

test('what is no call takes the room that it asks for until it is answered', async (t) => {
  const room = createBodyRoom(BODY_BYTES_MAX)
  const answers: (() => void)[] = []
  const port = await serve(t, (request, response) => {
    if (!reserveRoom(room, request, response)) return refuseForRoom(request, response)
    answers.push(() => response.end('{"ok":true}'))
  })
  const url = `http://127.0.0.1:${port}/mcp`
  const chunked = send(url, { headers: { 'transfer-encoding': 'chunked' }, body: 'x' })
  await until(() => answers.length === 1 || undefined)
  assert.equal(room.bytes, BODY_BYTES_MAX)

  const refused = await send(url, { body: Buffer.alloc(50 * KIB) })
  assert.deepEqual([refused.status, refused.headers['retry-after'], refused.headers.connection], [503, '1', 'close'])
  const small = [send(url, { body: 'x' }), send(url, { method: 'GET' })]
  await until(() => answers.length === 3 || undefined)
  for (const answer of answers.splice(0)) answer()
  for (const { status } of await Promise.all([chunked, ...small])) assert.equal(status, 200)
  await until(() => room.bytes === 0 || undefined)

  const large = send(url, { body: Buffer.alloc(50 * KIB) })
  await until(() => answers.length === 1 || undefined)
  answers[0]?.()
  assert.equal((await large).status, 200)
})

test('all doors of a server share one room', async (t) => {
  const server = await listen({
    host: '127.0.0.1',
    port: 0,
    answerCall: async () => ({ status: 200, headers: [], body: '{"ok":true}' }),
    addRoutes: (app) => void app.post('/wait', async () => 'read'),
    log: { error: () => assert.fail('nothing is logged') },
  })
  t.after(() => server.close(0))
  const call = () => send(`http://127.0.0.1:${server.port}/api/api.test`, { body: Buffer.alloc(50 * KIB, 'x') })
  assert.equal((await call()).json.ok, true)

  const head = 'POST /wait HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'
  const waiting = Array.from({ length: BODIES_BYTES_MAX / BODY_BYTES_MAX }, () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(head)
    return socket
  })
  await until(async () => (await call()).json.error === 'service_unavailable' || undefined)
  waiting[0]?.destroy()
  await until(async () => (await call()).json.ok || undefined)
  for (const socket of waiting) socket.destroy()
})
