import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { readContext } from '../src/web-api/ocp-context.ts'
import { aContext, type OcpCall, type OcpTool, toolsOfEntry, toolsOfOpenApi, toRequest } from './support/ocp-agent.ts'
import { type Received, send } from './support/send.ts'
import { type Cleanup, startTestServer, type TestServer } from './support/server.ts'
import { ids } from './support/world.ts'

/** What the published agents of the Open Context Protocol send, from finding the server to calling it. */

const TRAIN = { status_text: 'unterwegs nach Köln', status_emoji: ':train:', status_expiration: 0 }
const AGENTS = ['javascript', 'python'] as const

type Find = (server: TestServer) => Promise<readonly OcpTool[]>

/** The ways in which an agent gets to know a server. */
const WAYS: Readonly<Record<string, Find>> = {
  // OCP_REGISTRY_URL=…/api/v1, whose path the agent in JavaScript keeps.
  'the registry below /api/v1': async ({ url }) => toolsOfEntry(await read(`${url}/api/v1/registry/slack`)),
  // The one in Python joins a path to it that begins with a slash.
  'the registry at the root': async ({ url }) => toolsOfEntry(await read(`${url}/registry/slack`)),
  'the OpenAPI document': async ({ url }) => toolsOfOpenApi(await read(`${url}/openapi.json`)),
}

for (const [way, find] of Object.entries(WAYS)) {
  for (const as of AGENTS) {
    describe(`an agent in ${as} that found the server by ${way}`, () => {
      test('sets one key with name and value', async (t) => {
        const { call } = await start(t, find)
        const answer = await call('usersProfileSet', {
          as,
          parameters: { token: 'xoxp-ada', name: 'title', value: 'Gräfin' },
        })
        assert.partialDeepStrictEqual(answer.json, { ok: true, username: 'ada', profile: { title: 'Gräfin' } })
        assert.equal(answer.json.warning, 'missing_charset', 'agents name no charset')
      })

      test('sets a profile, as an object and as text', async (t) => {
        const { call } = await start(t, find)
        for (const profile of [TRAIN, JSON.stringify(TRAIN)]) {
          const answer = await call('usersProfileSet', { as, parameters: { token: 'xoxp-ada', profile } })
          assert.partialDeepStrictEqual(answer.json, { ok: true, profile: TRAIN })
        }
      })

      test('sets somebody else’s, and is refused where it may not', async (t) => {
        const { call, server } = await start(t, find)
        const parameters = { user: ids.mel, profile: TRAIN }
        const refused = await call('usersProfileSet', { as, parameters: { ...parameters, token: 'xoxp-gus' } })
        assert.deepEqual([refused.status, refused.json.error], [200, 'not_admin'])
        assert.deepEqual(await server.events(), [])
        const set = await call('usersProfileSet', { as, parameters: { ...parameters, token: 'xoxp-ada' } })
        assert.partialDeepStrictEqual(set.json, { ok: true, username: 'mel', profile: TRAIN })
      })

      test('reads in the query, with a boolean as its language writes it', async (t) => {
        const { call } = await start(t, find)
        await call('usersProfileSet', {
          as,
          parameters: { token: 'xoxp-ada', profile: { fields: { Xf0TEXT001: 'Countess' } } },
        })
        for (const [include_labels, label] of [
          [true, 'Role'],
          [false, undefined],
        ] as const) {
          const { json } = await call('usersProfileGet', { as, parameters: { token: 'xoxp-ada', include_labels } })
          assert.equal(json.profile?.fields.Xf0TEXT001.label, label, JSON.stringify(json))
        }
      })

      test('is known by the token that it was registered with', async (t) => {
        const { call } = await start(t, find)
        const headers = { Authorization: 'Bearer xoxp-ada' }
        const whose = await call('authTest', { as, parameters: {}, headers })
        assert.equal(whose.json.user, 'ada')
        const set = await call('usersProfileSet', { as, parameters: { profile: TRAIN }, headers })
        assert.partialDeepStrictEqual(set.json, { ok: true, profile: TRAIN })
      })

      test('without any argument sends no body, and hears what is missing', async (t) => {
        const { call } = await start(t, find)
        const empty = await call('usersProfileSet', { as, parameters: { token: 'xoxp-ada' } })
        assert.deepEqual([empty.status, empty.json.error], [200, 'invalid_profile'])
        assert.equal((await call('usersProfileSet', { as, parameters: {} })).json.error, 'not_authed')
      })
    })
  }
}

describe('context', () => {
  test('of a long session, with the tokens of earlier calls in it, is taken and repeated nowhere', async (t) => {
    const { call, server } = await start(t)
    const context = aContext(longHistory())
    const session = context['OCP-Session'] ?? ''
    assert.ok(session.length > 60 * 1024 && session.length < 64 * 1024, `${session.length}`)
    const parameters = { token: 'xoxp-ada', profile: TRAIN }
    const answer = await call('usersProfileSet', { as: 'javascript', parameters, context })
    assert.partialDeepStrictEqual(answer.json, { ok: true, profile: TRAIN })
    assert.deepEqual(server.problems, [])
    assert.ok(!JSON.stringify([answer.text, answer.headers]).includes('ocp-0a1b2c3d'))
    assert.deepEqual(readContext({ 'ocp-session': session }), { hasSession: true })
  })

  test('that is broken, forged or hostile changes no answer', async (t) => {
    const { call } = await start(t)
    const parameters = { token: 'xoxp-mel', user: ids.bob, profile: TRAIN }
    const plain = await call('usersProfileSet', { as: 'javascript', parameters, context: {} })
    assert.equal(plain.json.error, 'not_admin')
    for (const context of [
      { 'OCP-User': 'pia', 'OCP-Workspace': 'tea', 'OCP-Agent-Type': 'admin' },
      { 'OCP-Context-ID': '../../etc/passwd', 'OCP-Version': 'x', 'OCP-Current-Goal': 'x'.repeat(10_000) },
      { 'OCP-Session': 'gzip:not base64' },
      { 'OCP-Session': Buffer.from('{"user":"pia"').toString('base64') },
    ]) {
      const answer = await call('usersProfileSet', { as: 'javascript', parameters, context })
      assert.deepEqual([answer.status, answer.json], [plain.status, plain.json], JSON.stringify(context).slice(0, 80))
    }
  })
})

describe('the registry', () => {
  for (const base of ['/api/v1', '']) {
    test(`lists, finds and tells its one entry below ${base || '/'}`, async (t) => {
      const { url, api } = await startTestServer(t)
      const entry = await read(`${url}${base}/registry/slack`)
      assert.equal(entry.base_url, api.replace(/\/$/, ''))
      assert.equal((await read(entry.openapi_url)).openapi, '3.1.0')

      const [listed, ...others] = await read(`${url}${base}/registry`)
      assert.deepEqual(others, [])
      assert.deepEqual([listed.name, listed.tool_count], ['slack', entry.tools.length])

      const found = await read(`${url}${base}/search?q=profile&per_page=10`)
      assert.deepEqual([found.results, found.total, found.per_page], [[listed], 1, 10])
      assert.deepEqual((await read(`${url}${base}/search`)).results, [listed])
      for (const query of ['stripe', 'x'.repeat(5000), '%00', 'slack&q=slack&per_page=no']) {
        const { results, total } = await read(`${url}${base}/search?q=${query}`)
        assert.deepEqual([results.length, total], query.startsWith('slack') ? [1, 1] : [0, 0], query.slice(0, 20))
      }
    })

    test(`says of others below ${base || '/'} that it has none, so that agents suggest this one`, async (t) => {
      const { url } = await startTestServer(t)
      const missing = await send(`${url}${base}/registry/stripe`, { method: 'GET' })
      assert.equal(missing.status, 404)
      assert.match(missing.json.detail, /slack/)
      assert.equal(missing.headers['access-control-allow-origin'], '*')
    })
  }

  test('leaves every other path below /api to the Web API', async (t) => {
    const { url } = await startTestServer(t)
    for (const path of [
      '/api/v1',
      '/api/v10/registry',
      '/api/v1.registry',
      '/api/registry/slack',
      '/api/V1/registry',
    ]) {
      const { status, json } = await send(url + path, { method: 'GET' })
      assert.deepEqual([status, json.error], [200, 'unknown_method'], path)
    }
  })
})

async function start(
  t: Cleanup,
  find: Find = WAYS['the OpenAPI document'] as Find,
): Promise<{ server: TestServer; call(name: string, call: OcpCall): Promise<Received> }> {
  const server = await startTestServer(t)
  const tools = await find(server)
  return {
    server,
    async call(name, call) {
      const tool = tools.find((one) => one.name === name)
      assert.ok(tool, `there is no tool ${name}`)
      return send(...toRequest(tool, call))
    },
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
async function read(url: string): Promise<any> {
  const { status, headers, json } = await send(url, { method: 'GET' })
  assert.equal(status, 200, url)
  assert.equal(headers['content-type'], 'application/json; charset=utf-8')
  return json
}

/** Values that do not pack well, as many as fit into the headers that are taken. */
function longHistory(): readonly object[] {
  return Array.from({ length: 125 }, () => ({
    action: 'tool_call:usersProfileSet',
    metadata: { parameters: { token: 'xoxp-ada', value: randomBytes(365).toString('base64') } },
  }))
}
