import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { StorageUnavailable } from '../storage/store.ts'
import { createRest, type RestOptions } from './rest.ts'

async function serve(t: TestContext, addRoutes: RestOptions['addRoutes']) {
  const faults: object[] = []
  const rest = createRest({ addRoutes, log: { error: (fields) => faults.push(fields) } })
  const server: Server = createServer(rest.answer).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(async () => {
    await rest.close()
    server.close()
    server.closeAllConnections()
  })
  return { rest, faults, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('requests that come while Fastify is being loaded are answered as those after them', async (t) => {
  let added = 0
  const { url, faults } = await serve(t, (app) => {
    added += 1
    app.post('/echo', async (request) => request.body)
  })
  const ask = async (name: string) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}/echo`, { method: 'POST', headers, body: JSON.stringify({ name }) })
    return ((await answer.json()) as { readonly name: string }).name
  }
  assert.deepEqual(await Promise.all(['ada', 'gus', 'owen'].map(ask)), ['ada', 'gus', 'owen'])
  assert.equal(await ask('mel'), 'mel')
  assert.equal(added, 1)
  assert.deepEqual(faults, [])
})

test('routes that cannot be made are told to the log and, without a reason, to who asks', async (t) => {
  const { url, faults } = await serve(t, () => {
    throw new Error('a secret reason')
  })
  for (const round of [1, 2]) {
    const answer = await fetch(url)
    assert.equal(answer.status, 500)
    assert.equal(await answer.text(), 'A fault of this server.\n')
    assert.equal(faults.length, round)
  }
})

test('what goes wrong in a route is told to the log alone', async (t) => {
  const { url, faults } = await serve(t, (app) => {
    app.get('/fault', () => Promise.reject(new Error('a secret reason')))
    app.get('/outage', () => Promise.reject(new StorageUnavailable('a secret place')))
    app.post('/form', async () => 'read')
  })
  const ask = async (path: string, contentType?: string) => {
    const sent = contentType && { method: 'POST', headers: { 'content-type': contentType }, body: '{' }
    const answer = await fetch(url + path, sent || {})
    assert.match(String(answer.headers.get('content-type')), /^text\/plain/)
    return [answer.status, await answer.text(), answer.headers.get('retry-after')]
  }
  assert.deepEqual(await ask('/fault'), [500, 'A fault of this server.\n', null])
  assert.equal(faults.length, 1)
  assert.deepEqual(await ask('/outage'), [503, 'Try again in a moment.\n', '1'])
  assert.deepEqual(await ask('/form', 'application/json'), [400, 'This request cannot be read.\n', null])
  assert.deepEqual(await ask('/form', 'text/xml'), [415, 'This request cannot be read.\n', null])
  for (const contentType of ['application/json', 'text/xml', 'application/x-www-form-urlencoded']) {
    const [status, text] = await ask('/nowhere', contentType)
    assert.equal(status, 404)
    assert.match(String(text), /^Nothing is here/)
  }
  assert.equal(faults.length, 1)
})

test('its end is no fault, whether it was ever asked or not', async (t) => {
  const unasked = await serve(t, () => assert.fail('nobody asks'))
  await unasked.rest.close()
  const { rest, url } = await serve(t, (app) => app.get('/', async () => 'there'))
  const answer = fetch(url)
  assert.equal(await (await answer).text(), 'there')
  await rest.close()
})
