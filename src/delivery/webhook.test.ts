import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createWebhooks, type WebhookOptions, type WebhookOutcome } from './webhook.ts'

const NEVER = new AbortController().signal
const BODY = '{"type":"event_callback","text":"☕"}'

async function listen(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function post(t: TestContext, url: string, options: Partial<WebhookOptions> = {}): Promise<WebhookOutcome> {
  const webhooks = createWebhooks({ allowPrivate: true, ...options })
  t.after(() => webhooks.close())
  return webhooks.post({ url, signingSecret: 'secret', body: BODY }, NEVER)
}

function failureOf(outcome: WebhookOutcome) {
  assert.equal(outcome.ok, false)
  return outcome
}

for (const status of [200, 201, 204, 299]) {
  test(`${status} is success`, async (t) => {
    const url = await listen(t, (_, response) => response.writeHead(status).end())
    assert.deepEqual(await post(t, url), { ok: true, status, text: '' })
  })
}

for (const status of [303, 307, 308, 400, 404, 410, 429, 500, 503]) {
  test(`${status} is http_error, wherever it points`, async (t) => {
    const seen: string[] = []
    const url = await listen(t, (request, response) => {
      seen.push(request.url ?? '')
      response.writeHead(status, { location: '/elsewhere' }).end()
    })
    const { reason, status: answered, noRetry } = failureOf(await post(t, `${url}/first`))
    assert.deepEqual(
      { reason, answered, noRetry, seen },
      { reason: 'http_error', answered: status, noRetry: false, seen: ['/first'] },
    )
  })
}

test('a receiver may ask for no retry', async (t) => {
  for (const status of [500, 302]) {
    const headers = { 'X-Slack-No-Retry': '1', location: '/' }
    const url = await listen(t, (_, response) => response.writeHead(status, headers).end())
    assert.equal(failureOf(await post(t, url)).noRetry, true, String(status))
  }
})

test('two redirects are followed, each with a POST of the same bytes and signature', async (t) => {
  const seen: unknown[] = []
  const url = await listen(t, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { 'x-slack-signature': signature } = request.headers
    seen.push([request.method, request.url, Buffer.concat(chunks).toString(), signature])
    if (request.url === '/0') response.writeHead(301, { location: '/1' }).end()
    else if (request.url === '/1') response.writeHead(302, { location: `http://${request.headers.host}/2` }).end()
    else response.writeHead(200).end()
  })
  assert.equal((await post(t, `${url}/0`)).ok, true)
  const [, , , signature] = seen[0] as string[]
  assert.match(String(signature), /^v0=[0-9a-f]{64}$/)
  assert.deepEqual(
    seen,
    ['/0', '/1', '/2'].map((path) => ['POST', path, BODY, signature]),
  )
})

test('three are too many', async (t) => {
  let count = 0
  const url = await listen(t, (_, response) => response.writeHead(302, { location: `/${++count}` }).end())
  const { reason, noRetry } = failureOf(await post(t, url))
  assert.deepEqual([reason, noRetry, count], ['too_many_redirects', false, 3])
})

for (const location of [undefined, 'ftp://127.0.0.1/x', 'http://']) {
  test(`a redirect to ${location ?? 'nowhere'} is http_error`, async (t) => {
    const url = await listen(t, (_, response) => response.writeHead(302, location ? { location } : {}).end())
    assert.equal(failureOf(await post(t, url)).reason, 'http_error')
  })
}

test('an answer that does not come in time is http_timeout, redirects and all', async (t) => {
  const silent = await listen(t, () => {})
  assert.equal(failureOf(await post(t, silent, { timeoutMs: 80 })).reason, 'http_timeout')
  const slow = await listen(t, (request, response) => {
    setTimeout(() => response.writeHead(301, { location: `${request.url}x` }).end(), 60)
  })
  assert.equal(failureOf(await post(t, `${slow}/`, { timeoutMs: 100 })).reason, 'http_timeout')
})

test('a body without an end, or a huge one, does no harm once the status has come', async (t) => {
  const endless = await listen(t, (_, response) => response.writeHead(200).write('begun'))
  assert.equal((await post(t, endless, { timeoutMs: 80 })).ok, true)
  const huge = await listen(t, (_, response) => response.writeHead(200).end('x'.repeat(5_000_000)))
  const outcome = await post(t, huge)
  assert.ok(outcome.ok && outcome.text.length === 16 * 1024)
})

test('nobody at the port is connection_failed', async (t) => {
  const server = createSocketServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  assert.equal(failureOf(await post(t, `http://127.0.0.1:${port}/`)).reason, 'connection_failed')
})

test('a receiver that hangs up is connection_failed, what is no HTTP, or will be none, is unknown_error', async (t) => {
  const serve = async (answer: string) => {
    const server = createSocketServer((socket) => socket.once('data', () => socket.end(answer))).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }
  assert.equal(failureOf(await post(t, await serve(''))).reason, 'connection_failed')
  assert.equal(failureOf(await post(t, await serve('220 mail.example ESMTP\r\n'))).reason, 'unknown_error')
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'
  assert.equal(failureOf(await post(t, await serve(switching))).reason, 'unknown_error')
})

test('a receiver that does not speak TLS is ssl_error', async (t) => {
  const url = await listen(t, (_, response) => response.end())
  assert.equal(failureOf(await post(t, url.replace('http:', 'https:'))).reason, 'ssl_error')
})

test('private addresses are refused, as an address and as a name, and nothing is sent', async (t) => {
  let count = 0
  const url = await listen(t, (_, response) => {
    count += 1
    response.end()
  })
  for (const target of [url, url.replace('127.0.0.1', 'localhost'), url.replace('127.0.0.1', '[::ffff:127.0.0.1]')]) {
    const { reason, detail } = failureOf(await post(t, target, { allowPrivate: false }))
    assert.equal(reason, 'connection_failed')
    assert.match(detail, /webhooks may go to/)
  }
  assert.equal(count, 0)
})

test('a redirect does not lead to a refused address, nor to a name of one', async (t) => {
  const inner: string[] = []
  const hidden = await listen(t, (request, response) => {
    inner.push(request.url ?? '')
    response.end()
  })
  const port = new URL(hidden).port
  for (const host of ['127.0.0.2', 'localhost']) {
    const url = await listen(t, (_, response) =>
      response.writeHead(302, { location: `http://${host}:${port}/inner` }).end(),
    )
    let isFirst = true
    // The first address is checked as a literal, and let in; what follows is refused.
    const refuses = () => {
      const refused = !isFirst
      isFirst = false
      return refused
    }
    assert.equal(failureOf(await post(t, url, { refuses })).reason, 'connection_failed')
  }
  assert.deepEqual(inner, [])
})

test('an idle connection that the receiver closes meanwhile costs nothing', async (t) => {
  let hangUp = false
  let count = 0
  const url = await listen(t, (request, response) => {
    count += 1
    if (hangUp && request.socket.bytesWritten > 0) request.socket.destroy()
    else response.end()
  })
  const webhooks = createWebhooks({ allowPrivate: true })
  t.after(() => webhooks.close())
  const send = () => webhooks.post({ url, signingSecret: 's', body: BODY }, NEVER)
  assert.equal((await send()).ok, true)
  hangUp = true
  assert.equal((await send()).ok, true)
  assert.equal(count, 3)
})

test('what is called off ends at once', async (t) => {
  const url = await listen(t, () => ending.abort(new Error('called off')))
  const ending = new AbortController()
  const webhooks = createWebhooks({ allowPrivate: true, timeoutMs: 60_000 })
  t.after(() => webhooks.close())
  const outcome = await webhooks.post({ url, signingSecret: 's', body: BODY }, ending.signal)
  assert.equal(failureOf(outcome).detail, 'called off')
})
