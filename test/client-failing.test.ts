import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { CallFailed, nametag, type Options } from '../src/client/client.ts'
import { startNametag } from '../src/testing/start.ts'

/** How the typed client waits where it is asked to, and what it says where no answer comes. */

const BUSY = { profile: { status_text: 'In a meeting', status_emoji: ':calendar:' } }

/** A server whose clock stands still, and a client whose waiting moves that clock. */
async function start(t: TestContext, options: Options = {}) {
  const server = await startNametag({ frozen: true })
  t.after(() => server.stop())
  const waits: number[] = []
  const sleep = async (milliseconds: number) => {
    waits.push(milliseconds)
    await server.clock.advance(milliseconds / 1000)
  }
  const api = nametag({ token: server.token('ada'), apiUrl: server.api, sleep, ...options })
  return { server, waits, api, calls: async () => (await server.calls()).length }
}

describe('a limit', () => {
  test('is waited for as long as the server says, and the call passes then', async (t) => {
    const { api, waits, calls } = await start(t)
    for (let call = 1; call <= 11; call++) {
      const answer = await api.users.profile.set(BUSY)
      assert.equal(answer.ok || answer.error, true, `call ${call}`)
    }
    assert.deepEqual(waits, [60_000])
    assert.equal(await calls(), 12)
  })

  test('that does not end is answered after the last attempt, with the seconds it asked for', async (t) => {
    const { server, api, waits, calls } = await start(t, { retries: 2 })
    await server.faults.add({ error: 'ratelimited', retry_after: 7, times: 100 })
    const answer = await api.users.profile.get()
    assert.deepEqual(answer, { ok: false, error: 'ratelimited', retryAfterSeconds: 7 })
    assert.deepEqual(waits, [7000, 7000])
    assert.equal(await calls(), 3)
  })

  test('is not waited for by a client without retries, or beyond its longest wait', async (t) => {
    for (const options of [{ retries: 0 }, { waitMsMax: 6999 }]) {
      const { server, api, waits, calls } = await start(t, options)
      await server.faults.add({ error: 'ratelimited', retry_after: 7 })
      const answer = await api.users.profile.get()
      assert.equal(answer.ok || answer.retryAfterSeconds, 7)
      assert.deepEqual([waits, await calls()], [[], 1])
    }
  })
})

describe('a server that is not available', () => {
  test('is asked again after the time it names', async (t) => {
    const { server, api, waits } = await start(t)
    await server.faults.add({ error: 'service_unavailable', status: 503, retry_after: 2, times: 3 })
    assert.equal((await api.users.profile.set(BUSY)).ok, true)
    assert.deepEqual(waits, [2000, 2000, 2000])
    assert.equal((await server.events()).length, 1)
  })

  test('and names a date is asked then, and one that names nothing after 1, 2 and 4 seconds', async (t) => {
    const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 30_000)
    const answers = [{ 'retry-after': at.toUTCString() }, {}, {}, {}]
    const elsewhere = await startAnswering(t, (response) => response.writeHead(503, answers.shift()).end('busy'))
    const { api, waits } = await start(t, { apiUrl: elsewhere.url })
    await assert.rejects(api.api.test(), { name: 'CallFailed', reason: 'unreadable', status: 503 })
    const [first = 0, ...others] = waits
    assert.ok(first > 29_000 && first <= 31_000, `${first}`)
    assert.deepEqual(others, [2000, 4000])
    assert.equal(elsewhere.requests.length, 4)
  })
})

test('no other answer is asked for again', async (t) => {
  const { server, api, waits, calls } = await start(t)
  await server.faults.add({ error: 'internal_error', status: 500, retry_after: 5 })
  const answer = await api.users.profile.set(BUSY)
  assert.deepEqual(answer, { ok: false, error: 'internal_error' })
  assert.deepEqual([waits, await calls()], [[], 1])
})

describe('a signal', () => {
  const gone = new Error('The page was left.')

  test('that is aborted already sends nothing', async (t) => {
    const { api, calls } = await start(t)
    await assert.rejects(api.users.profile.set(BUSY, { signal: AbortSignal.abort(gone) }), gone)
    assert.equal(await calls(), 0)
  })

  test('ends a call that is on its way', async (t) => {
    const leaving = new AbortController()
    const elsewhere = await startAnswering(t, () => leaving.abort(gone))
    await assert.rejects(nametag({ apiUrl: elsewhere.url }).api.test({}, { signal: leaving.signal }), gone)
  })

  test('ends the wait for a limit', async (t) => {
    const leaving = new AbortController()
    const elsewhere = await startAnswering(t, (response) => {
      response.writeHead(429, { 'retry-after': '100' }).end('{"ok":false,"error":"ratelimited"}')
      response.on('close', () => setImmediate(() => leaving.abort(gone)))
    })
    await assert.rejects(nametag({ apiUrl: elsewhere.url }).api.test({}, { signal: leaving.signal }), gone)
    assert.equal(elsewhere.requests.length, 1)
  })
})

describe('a call without an answer', () => {
  const failure = async (calling: Promise<object>) => {
    const error = await calling.then(
      () => assert.fail('It was answered.'),
      (failed: unknown) => failed,
    )
    assert.ok(error instanceof CallFailed)
    return error
  }

  test('says that nobody is there', async (t) => {
    const gone = await startAnswering(t, () => undefined)
    await gone.stop()
    const error = await failure(nametag({ apiUrl: gone.url }).users.profile.get())
    assert.deepEqual([error.method, error.reason, error.status], ['users.profile.get', 'unreachable', undefined])
    assert.match(error.message, /^users\.profile\.get: no answer: .*ECONNREFUSED/)
    assert.ok(error.cause)
  })

  test('says that the connection broke', async (t) => {
    const broken = await startAnswering(t, (response) => response.destroy())
    assert.equal((await failure(nametag({ apiUrl: broken.url }).api.test())).reason, 'unreachable')
    const half = await startAnswering(t, (response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"ok":true')
      response.destroy()
    })
    assert.equal((await failure(nametag({ apiUrl: half.url }).api.test())).reason, 'unreachable')
    assert.equal(half.requests.length, 1)
  })

  test('says that it took too long', async (t) => {
    const silent = await startAnswering(t, () => undefined)
    const error = await failure(nametag({ apiUrl: silent.url, timeoutMs: 20 }).api.test())
    assert.deepEqual([error.reason, error.message], ['timed_out', 'api.test: no answer in time'])
  })

  const STRANGE: Readonly<Record<string, string>> = {
    'a page': '<html>',
    nothing: '',
    'a number': '1',
    'an answer without a code': '{"ok":false}',
    'no yes and no no': '{"ok":1}',
  }
  for (const [name, body] of Object.entries(STRANGE)) {
    test(`says that ${name} came instead`, async (t) => {
      const proxy = await startAnswering(t, (response) => response.writeHead(502).end(body))
      const error = await failure(nametag({ apiUrl: proxy.url }).api.test())
      assert.deepEqual([error.reason, error.status], ['unreadable', 502])
    })
  }

  test('says where else it is led, and does not go there with the token', async (t) => {
    const elsewhere = await startAnswering(t, (response) => response.writeHead(200).end('{"ok":true}'))
    const leading = await startAnswering(t, (response) =>
      response.writeHead(307, { location: `${elsewhere.url}api.test` }).end(),
    )
    const error = await failure(nametag({ token: 'xoxp-ada', apiUrl: leading.url }).api.test())
    assert.equal(error.message, `api.test: answered 307, and not by the Web API; it leads to ${elsewhere.url}api.test`)
    assert.deepEqual(elsewhere.requests, [])
  })
})

/** A server that is not ours, and answers as it is told. */
async function startAnswering(t: TestContext, answer: (response: ServerResponse) => unknown) {
  const requests: (string | undefined)[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    for await (const _chunk of request);
    requests.push(request.url)
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  t.after(stop)
  return { url: `http://127.0.0.1:${port}/`, requests, stop }
}
