import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MovableClock } from '../src/clock.ts'
import { createMemoryPost } from '../src/delivery/mail-memory.ts'
import { startServer } from '../src/server.ts'
import { assertRefused, startControlled, withApp } from './support/controls-server.ts'
import { openMemory } from './support/harness.ts'
import { send } from './support/send.ts'
import { startSubscriber } from './support/subscriber.ts'
import { ids, TEAM } from './support/world.ts'

const HOUR = 3600
const JSON_TYPE = { 'content-type': 'application/json' }
const machineSeconds = () => Math.floor(Date.now() / 1000)

describe('the clock', () => {
  test('tells, moves, stands still and goes on', async (t) => {
    const { control, clock } = await startControlled(t)
    const before = machineSeconds()
    const told = await control('POST', 'clock', {})
    assert.deepEqual(Object.keys(told.json), ['now', 'frozen'])
    assert.ok(told.json.now >= before && told.json.now <= machineSeconds())
    assert.equal(told.json.frozen, false)

    const { json: frozen } = await control('POST', 'clock', { frozen: true })
    assert.equal(frozen.frozen, true)
    const moves = [
      { advance: 90 },
      { advance: '2h30m' },
      { now: frozen.now + 10 * HOUR, advance: '1s' },
      { frozen: false },
    ]
    const answers = []
    for (const move of moves) answers.push((await control('POST', 'clock', move)).json)
    assert.deepEqual(answers.slice(0, 3), [
      { now: frozen.now + 90, frozen: true },
      { now: frozen.now + 90 + 9000, frozen: true },
      { now: frozen.now + 10 * HOUR + 1, frozen: true },
    ])
    assert.equal(answers[3].frozen, false)
    assert.ok(clock.now() / 1000 - (frozen.now + 10 * HOUR + 1) < 60)
  })

  test('never goes back', async (t) => {
    const { control, clock } = await startControlled(t)
    const { json } = await control('POST', 'clock', { frozen: true })
    const answer = await control('POST', 'clock', { now: json.now - 1, frozen: false })
    assertRefused(answer, 400, 'clock_goes_forward', /time never goes back/)
    assert.deepEqual((await control('POST', 'clock')).json, json)
    assert.equal(clock.isFrozen, true)
  })

  test('moves that come at once are made one after the other, and none is lost', async (t) => {
    const { control } = await startControlled(t)
    const { json: start } = await control('POST', 'clock', { frozen: true })
    const answers = await Promise.all(Array.from({ length: 20 }, () => control('POST', 'clock', { advance: 60 })))
    const times = answers.map(({ json }) => (json.now - start.now) / 60).sort((a, b) => a - b)
    assert.deepEqual(
      times,
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
  })

  test('when it has answered, statuses that are due are cleared and told, each at its time', async (t) => {
    const subscriber = await startSubscriber(t)
    const { control, call, store, settled } = await startControlled(
      t,
      withApp({ requestUrl: subscriber.url, events: ['user_status_changed'] }),
    )
    const { json: start } = await control('POST', 'clock', { frozen: true })
    for (const [token, after] of [
      ['xoxp-mel', HOUR],
      ['xoxp-bob', 2 * HOUR],
      ['xoxp-ada', 3 * HOUR],
    ] as const) {
      const profile = { status_text: 'Out', status_emoji: ':coffee:', status_expiration: start.now + after }
      assert.equal((await call('users.profile.set', token, { profile })).json.ok, true)
    }
    await subscriber.until(3)

    await control('POST', 'clock', { advance: '2h' })
    const texts = []
    for (const user of [ids.mel, ids.bob, ids.ada]) texts.push((await store.findUser(TEAM, user))?.profile.status.text)
    assert.deepEqual(texts, ['', '', 'Out'])
    const { events } = (await control('GET', 'events')).json
    assert.deepEqual(
      events.slice(3).map(({ user, types, at }: { user: string; types: string[]; at: number }) => [user, types, at]),
      [
        [ids.mel, ['user_change', 'user_status_changed'], start.now + HOUR],
        [ids.bob, ['user_change', 'user_status_changed'], start.now + 2 * HOUR],
      ],
    )
    await subscriber.until(5)
    await settled()
    const { deliveries } = (await control('GET', 'deliveries')).json
    assert.equal(deliveries.length, 5)
  })

  test('is the one of limits too', async (t) => {
    const { control, call } = await startControlled(t)
    await control('POST', 'clock', { frozen: true })
    const setOnce = () => call('users.profile.set', 'xoxp-mel', { profile: { title: 'Barista' } })
    for (let count = 0; count < 10; count++) assert.equal((await setOnce()).json.ok, true)
    assert.deepEqual([(await setOnce()).status, (await setOnce()).headers['retry-after']], [429, '60'])
    await control('POST', 'clock', { advance: 60 })
    assert.equal((await setOnce()).status, 200)
  })
})

describe('faults', () => {
  test('let the next calls that they are for fail, and no others', async (t) => {
    const { control, call } = await startControlled(t)
    const fault = { method: 'users.profile.set', user: ids.mel, error: 'partial_profile_set_failed', times: 2 }
    const answer = await control('POST', 'faults', fault)
    assert.deepEqual(answer.json, { faults: [{ id: 'F1', ...fault }] })

    const setTitle = (token: string) => call('users.profile.set', token, { profile: { title: 'Barista' } })
    const codes = []
    for (const token of ['xoxp-bob', 'xoxp-mel', 'xoxp-mel', 'xoxp-mel']) codes.push((await setTitle(token)).json.error)
    assert.deepEqual(codes, [undefined, 'partial_profile_set_failed', 'partial_profile_set_failed', undefined])
    assert.deepEqual((await control('GET', 'faults')).json, { faults: [] })
  })

  test('choose status and waiting time, as HTTP sends them', async (t) => {
    const { control, call } = await startControlled(t)
    await control('POST', 'faults', { status: 429, retry_after: 3 })
    await control('POST', 'faults', { status: 502 })
    await control('POST', 'faults', { status: 204 })
    await control('POST', 'faults', { error: 'odd\r\nx-evil: 1' })
    const answers = []
    for (let count = 0; count < 4; count++) answers.push(await call('auth.test', 'xoxp-mel'))
    assert.deepEqual(
      answers.map(({ status, headers, json }) => [status, headers['retry-after'], json?.error]),
      [
        [429, '3', 'ratelimited'],
        [502, undefined, 'internal_error'],
        [204, undefined, undefined],
        [200, undefined, 'odd\r\nx-evil: 1'],
      ],
    )
    assert.equal('x-evil' in (answers[3]?.headers ?? {}), false)
    assert.equal((await call('auth.test', 'xoxp-mel')).json.ok, true)
  })

  test('hold a call up and let it go on', async (t) => {
    const { control, call } = await startControlled(t)
    await control('POST', 'clock', { frozen: true })
    await control('POST', 'faults', { token: 'mel', delay_ms: 30 })
    assert.equal((await call('auth.test', 'xoxp-mel')).json.ok, true)
    const [entry] = (await control('GET', 'calls')).json.calls
    assert.equal(entry.fault, 'F1')
    assert.ok(entry.duration_ms >= 29, `${entry.duration_ms}`)
  })

  test('for one token are listed with its id, and meet it whichever was sent', async (t) => {
    const { control, call } = await startControlled(t)
    const later = 'xoxp-made-later'
    for (const token of ['xoxp-mel', 'mel', later]) await control('POST', 'faults', { token, error: 'fatal_error' })
    const { json, text } = await control('GET', 'faults')
    assert.deepEqual(
      json.faults.map(({ token }: { readonly token: string }) => token),
      ['mel', 'mel', '[token]'],
    )
    assert.doesNotMatch(text, /xox/)
    const codes = []
    for (let count = 0; count < 3; count++) codes.push((await call('auth.test', 'xoxp-mel')).json.error)
    assert.deepEqual(codes, ['fatal_error', 'fatal_error', undefined])
  })

  test('are cleared, and refused where they make no sense', async (t) => {
    const { control, call } = await startControlled(t)
    await control('POST', 'faults', { error: 'fatal_error' })
    assert.deepEqual((await control('DELETE', 'faults')).json, { faults: [] })
    assert.equal((await call('auth.test', 'xoxp-mel')).json.ok, true)
    const answer = await control('POST', 'faults', { metod: 'auth.test', error: 'x' })
    assertRefused(answer, 400, 'invalid_arguments', /^metod: unknown key; did you mean "method"\?$/)
    assertRefused(await control('POST', 'faults', {}), 400, 'invalid_arguments', /^say what is to happen/)
  })
})

describe('the door', () => {
  test('is shut to other sites and to what a browser sends without asking', async (t) => {
    const { url, control } = await startControlled(t)
    const reset = (headers: Record<string, string>, body = '{}') => send(`${url}/_nametag/reset`, { headers, body })
    const { json: clock } = await control('POST', 'clock', { frozen: true, advance: HOUR })

    assertRefused(await reset({}), 415, 'invalid_content_type', /Content-Type: application\/json/)
    assertRefused(await reset({}, ''), 415, 'invalid_content_type', /Content-Type: application\/json/)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      assertRefused(await reset({ 'content-type': type }), 415, 'invalid_content_type', /Content-Type/)
    }
    assertRefused(await reset({ ...JSON_TYPE, origin: 'https://evil.example' }), 403, 'foreign_origin', /other sites/)
    assertRefused(await reset({ ...JSON_TYPE, origin: 'null' }), 403, 'foreign_origin', /other sites/)
    assertRefused(await reset({ ...JSON_TYPE, host: 'evil.example' }), 403, 'foreign_host', /127\.0\.0\.1/)
    assertRefused(
      await send(`${url}/_nametag/nothing`, { headers: { host: 'evil.example' } }),
      403,
      'foreign_host',
      /./,
    )
    assert.deepEqual((await control('POST', 'clock')).json, clock)

    const own = await reset({ ...JSON_TYPE, origin: url })
    assert.equal(own.status, 200)
  })

  test('answers no page of another site, whatever it asks', async (t) => {
    const { url } = await startControlled(t)
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      const answer = await send(`${url}/_nametag/faults`, {
        method,
        headers: { ...JSON_TYPE, 'access-control-request-method': 'POST' },
      })
      assert.equal(
        Object.keys(answer.headers).some((name) => name.startsWith('access-control-')),
        false,
      )
      assert.equal(answer.headers['x-content-type-options'], 'nosniff')
      assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    }
  })

  test('says what is wrong with a body', async (t) => {
    const { url, problems } = await startControlled(t)
    const post = (body: string) => send(`${url}/_nametag/clock`, { headers: JSON_TYPE, body })
    assertRefused(await post('{'), 400, 'invalid_json', /not JSON/)
    assertRefused(await post(`${'['.repeat(100)}${']'.repeat(100)}`), 400, 'invalid_json', /too deeply/)
    assertRefused(await post('[]'), 400, 'invalid_arguments', /must be an object/)
    assertRefused(await post('null'), 400, 'invalid_arguments', /must be an object/)
    assertRefused(await post(JSON.stringify({ now: 'x'.repeat(70_000) })), 413, 'too_large', /too large/)
    assert.equal((await post('')).status, 200)
    assert.deepEqual(problems, [])
  })

  test('says what there is', async (t) => {
    const { control } = await startControlled(t)
    assertRefused(await control('GET', 'clocks'), 404, 'unknown_control', /POST clock, GET faults/)
    assertRefused(await control('GET', 'clock'), 405, 'wrong_verb', /^send POST, not GET$/)
    assertRefused(await control('DELETE', 'calls'), 405, 'wrong_verb', /^send GET, not DELETE$/)
  })

  test('is not there on a server that serves a team', async (t) => {
    const store = await openMemory()
    const server = await startServer({
      mode: 'serve',
      host: '127.0.0.1',
      port: 0,
      store,
      clock: new MovableClock(),
      log: { error: () => undefined, warn: () => undefined, info: () => undefined },
      rateLimits: true,
      allowPrivateWebhooks: false,
      post: createMemoryPost(),
      page: () => ({ mode: 'serve', url: '', api: '', version: '0.0.0' }),
    })
    t.after(async () => {
      await server.close()
      await store.close()
    })
    for (const method of ['GET', 'POST']) {
      // Node's client does not say where the body of a GET ends, and the server takes it for what follows.
      const body = method === 'POST' ? '{}' : ''
      const answer = await send(`${server.url}/_nametag/clock`, { method, headers: JSON_TYPE, body })
      assert.equal(answer.status, 404)
    }
  })
})
