import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  RatelimitRetryHandler,
  type RetryHandler,
  SlackAPIClient,
  type SlackAPIClientOptions,
  SlackAPIConnectionError,
  SlackAPIError,
} from 'slack-web-api-client'
import { startTestServer, type TestServer } from './support/server.ts'
import { ids, NOW_SECONDS, TEAM } from './support/world.ts'

/** The client of slack-edge, for Deno, Workers and Node, unmodified against a real port. */

interface Started {
  readonly server: TestServer
  client(token: string | undefined, options?: SlackAPIClientOptions): SlackAPIClient
}

async function start(t: TestContext, options: { readonly rateLimits?: boolean } = {}): Promise<Started> {
  const server = await startTestServer(t, options)
  return { server, client: (token, more = {}) => new SlackAPIClient(token, { baseUrl: server.api, ...more }) }
}

/** Moves the server's clock where another handler would have to wait, and retries nothing by itself. */
function timePasses(server: TestServer, waits: number[]): RetryHandler {
  return {
    async shouldRetry({ response }) {
      if (response?.status !== 429) return false
      waits.push(Number(response.headers.get('retry-after')))
      server.clock.advance(1000 * (waits.at(-1) ?? 0))
      return false
    },
  }
}

async function useUp(client: SlackAPIClient): Promise<void> {
  for (let count = 1; count <= 10; count++) await client.users.profile.set({ name: 'title', value: `title ${count}` })
}

test('sets a status and reads it back', async (t) => {
  const { server, client } = await start(t)
  const status = { status_text: 'riding a train', status_emoji: ':train:', status_expiration: NOW_SECONDS + 3600 }
  const answer = await client('xoxp-ada').users.profile.set({ profile: status })
  assert.equal(answer.ok, true)
  assert.equal(answer.username, 'ada')
  assert.partialDeepStrictEqual(answer.profile, status)
  assert.equal(answer.headers.get('x-accepted-oauth-scopes'), 'users.profile:write')
  assert.deepEqual((await client('xoxp-ada').users.profile.get()).profile, answer.profile)
  assert.deepEqual(await server.events(), [`user_change ${ids.ada}`, `user_status_changed ${ids.ada}`])
})

test('sets custom fields of every type and reads them with their labels', async (t) => {
  const { client } = await start(t)
  const ada = client('xoxp-ada')
  const fields = {
    Xf0TEXT001: { value: 'Head of tea & cakes', alt: '' },
    Xf0DATE001: { value: '1815-12-10', alt: '' },
    Xf0LINK001: { value: 'https://ada.example/?a=1&b=2', alt: 'my page' },
    Xf0OPTS001: { value: 'Gryffindor', alt: '' },
    Xf0TAGS001: { value: ['Mocha', 'Latte'], alt: '' },
    Xf0USER001: { value: `${ids.pia},${ids.owen}`, alt: '' },
  }
  const set = await ada.users.profile.set({ profile: { fields } })
  assert.equal(set.profile?.fields?.Xf0TAGS001?.value, 'Mocha,Latte')
  const { profile } = await ada.users.profile.get({ include_labels: true })
  const read = Object.entries(profile?.fields ?? {}).map(([id, field]) => [id, field.value, labelOf(field)])
  assert.deepEqual(read, [
    ['Xf0TEXT001', 'Head of tea & cakes', 'Role'],
    ['Xf0DATE001', '1815-12-10', 'Birthday'],
    ['Xf0LINK001', 'https://ada.example/?a=1&b=2', 'Home page'],
    ['Xf0OPTS001', 'Gryffindor', 'House'],
    ['Xf0TAGS001', 'Mocha,Latte', 'Skills'],
    ['Xf0USER001', `${ids.pia},${ids.owen}`, 'Manager'],
  ])
})

const labelOf = (field: object) => (field as { label?: string }).label

test('sets one key, somebody else’s, and with a token of the call', async (t) => {
  const { client } = await start(t)
  const ada = client('xoxp-ada')
  assert.equal((await ada.users.profile.set({ name: 'first_name', value: 'Augusta' })).profile?.first_name, 'Augusta')
  const other = await ada.users.profile.set({ user: ids.mel, profile: { title: 'Barista' } })
  assert.deepEqual([other.username, other.profile?.title], ['mel', 'Barista'])
  const own = await client(undefined).users.profile.set({ token: 'xoxp-mel', name: 'title', value: 'Head barista' })
  assert.deepEqual([own.username, own.profile?.title], ['mel', 'Head barista'])
  const { user } = await ada.users.info({ user: ids.mel, include_locale: true })
  assert.partialDeepStrictEqual(user, { id: ids.mel, team_id: TEAM, name: 'mel', is_admin: false, locale: 'en-GB' })
  assert.equal((await ada.auth.test()).user_id, ids.ada)
})

test('throws what is refused, with the code and the whole answer', async (t) => {
  const { server, client } = await start(t)
  const cases = [
    [
      'xoxp-ada',
      { profile: { status_text: 'x'.repeat(101) } },
      { error: 'too_long', limit: 100, field: 'status_text' },
    ],
    ['xoxp-mel', { user: ids.bob, name: 'title', value: 'x' }, { error: 'not_admin' }],
    ['xoxp-narrow', { name: 'title', value: 'x' }, { error: 'missing_scope', needed: 'users.profile:write' }],
    ['xoxp-nobody', { name: 'title', value: 'x' }, { error: 'invalid_auth' }],
    [undefined, { name: 'title', value: 'x' }, { error: 'not_authed' }],
    ['xoxp-ada', {}, { error: 'invalid_profile' }],
  ] as const
  for (const [token, args, expected] of cases) {
    await assert.rejects(client(token).users.profile.set(args), (error) => {
      assert.ok(error instanceof SlackAPIError, String(error))
      assert.deepEqual([error.apiName, error.error], ['users.profile.set', expected.error])
      assert.partialDeepStrictEqual(error.result, { ok: false, ...expected })
      return true
    })
  }
  const answer = await client('xoxp-ada', { throwSlackAPIError: false }).users.profile.set({})
  assert.deepEqual([answer.ok, answer.error], [false, 'invalid_profile'])
  assert.deepEqual(await server.events(), [])
})

test('waits once for a limit, for as long as it is told to', async (t) => {
  const { server, client } = await start(t, { rateLimits: true })
  const waits: number[] = []
  const ada = client('xoxp-ada', { retryHandlers: [timePasses(server, waits), new RatelimitRetryHandler()] })
  await useUp(ada)
  server.clock.advance(59_000)
  assert.equal((await ada.users.profile.set({ name: 'title', value: 'title 11' })).profile?.title, 'title 11')
  assert.deepEqual(waits, [1])
})

test('throws a limit as a failed connection where it does not wait', async (t) => {
  const { client } = await start(t, { rateLimits: true })
  const ada = client('xoxp-ada', { retryHandlers: [] })
  await useUp(ada)
  await assert.rejects(ada.users.profile.set({ name: 'title', value: 'title 11' }), (error) => {
    assert.ok(error instanceof SlackAPIConnectionError)
    assert.deepEqual([error.status, error.headers?.get('retry-after')], [429, '60'])
    assert.deepEqual(JSON.parse(error.body).error, 'ratelimited')
    return true
  })
})

test('finds the API without a slash at the end of its address, too', async (t) => {
  const { server, client } = await start(t)
  const ada = client('xoxp-ada', { baseUrl: server.api.slice(0, -1) })
  assert.equal((await ada.auth.test()).user, 'ada')
})
