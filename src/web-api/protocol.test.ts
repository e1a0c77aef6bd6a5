import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkAgainstSchema } from '../../test/support/check-schema.ts'
import { type AnswerSeen, type Harness, startHarness } from '../../test/support/harness.ts'
import type { Request } from '../../test/support/request.ts'
import { assertHas } from '../../test/support/scenario.ts'
import {
  anApp,
  aWorld,
  ids,
  NOW_SECONDS,
  STATUS_APP,
  type World,
  withGrant,
  withTeam,
  withUser,
} from '../../test/support/world.ts'
import { METHODS, methodsByName } from '../methods/index.ts'
import { OutcomeUnknown, StorageUnavailable, type Store } from '../storage/store.ts'
import type { Method } from './method.ts'
import { PIPELINE_ERRORS } from './pipeline-errors.ts'

const all = [...methodsByName.values()]
const withToken = all.filter((method) => method.tokens.length > 0)
const seen = new Set<string>()

/** What each method needs to get as far as its handler. */
const ARGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'users.profile.set': { profile: { title: 'Barista' } },
  'users.info': { user: ids.mel },
}
const argsOf = (method: Method) => ARGS[method.name] ?? {}

async function ask(
  method: Method,
  request: Request,
  given: (world: World) => World = (world) => world,
): Promise<AnswerSeen> {
  const harness = await startHarness([given(aWorld())])
  try {
    return await askIn(harness, method, request)
  } finally {
    await harness.close()
  }
}

async function askIn(harness: Harness, method: Method, request: Request): Promise<AnswerSeen> {
  const answer = await harness.call(method.name, request)
  if (!answer.json.ok) seen.add(answer.json.error)
  checkAgainstSchema(method, answer.json)
  return answer
}

const inTeam = (settings: object) => withTeam((team) => ({ ...team, settings: { ...team.settings, ...settings } }))

/** What any method that needs a token answers, before it comes to the method itself: docs/decisions/0021 to 0024. */
const REFUSED: readonly { name: string; request: Request; given?: (world: World) => World; error: string }[] = [
  { name: 'no token', request: {}, error: 'not_authed' },
  { name: 'an empty bearer', request: { headers: { authorization: 'Bearer ' } }, error: 'not_authed' },
  { name: 'another scheme than bearer', request: { headers: { authorization: 'Basic eDp5' } }, error: 'not_authed' },
  { name: 'a token inside a JSON body', request: { args: { token: 'xoxp-mel' } }, error: 'not_authed' },
  { name: 'a token of no known kind', request: { as: 'xyz-mel' }, error: 'invalid_auth' },
  { name: 'an unknown token', request: { as: 'xoxp-nobody' }, error: 'invalid_auth' },
  { name: 'a token that is far too long', request: { as: `xoxp-${'a'.repeat(5000)}` }, error: 'invalid_auth' },
  {
    name: 'a revoked token',
    request: { as: 'xoxp-mel' },
    given: withGrant('xoxp-mel', (grant) => ({ ...grant, revoked: true })),
    error: 'token_revoked',
  },
  {
    name: 'a token whose time is over',
    request: { as: 'xoxp-mel' },
    given: withGrant('xoxp-mel', (grant) => ({ ...grant, expiresAt: NOW_SECONDS })),
    error: 'token_expired',
  },
  { name: 'the user token of a deactivated user', request: { as: 'xoxp-del' }, error: 'token_revoked' },
  {
    name: 'the bot token of a deactivated user',
    request: { as: 'xoxb-bot' },
    given: withUser('bot', (user) => ({ ...user, deleted: true })),
    error: 'account_inactive',
  },
  { name: 'a workspace token that acts as nobody', request: { as: 'xoxa-team' }, error: 'no_permission' },
  {
    name: 'a workspace token that acts as a deactivated user',
    request: { as: 'xoxa-team', headers: { 'x-slack-user': ids.del } },
    error: 'no_permission',
  },
  ...(['org_login_required', 'team_added_to_org', 'ekm_access_denied', 'service_unavailable'] as const).map(
    (state) => ({
      name: `a team in the state ${state}`,
      request: { as: 'xoxp-mel' },
      given: inTeam({ state }),
      error: state,
    }),
  ),
  {
    name: 'an address outside the networks of the team',
    request: { as: 'xoxp-mel', ip: '203.0.113.9' },
    given: inTeam({ allowedIps: ['10.0.0.0/8', '::1'] }),
    error: 'accesslimited',
  },
  {
    name: 'a restricted app',
    request: { as: 'xoxp-mel' },
    given: withTeam((team) => ({ ...team, apps: new Map([[STATUS_APP, { ...anApp(), restricted: true }]]) })),
    error: 'access_denied',
  },
  {
    name: 'a user without two-factor authentication where it is required',
    request: { as: 'xoxp-mel' },
    given: inTeam({ require2fa: true }),
    error: 'two_factor_setup_required',
  },
]

for (const method of withToken) {
  describe(`${method.name} refuses`, () => {
    for (const { name, request, given, error } of REFUSED) {
      test(name, async () => {
        const { json } = await ask(method, { ...request, args: { ...argsOf(method), ...request.args } }, given)
        assert.equal(json.error, error)
      })
    }

    test('a kind of token that it does not take', async () => {
      for (const [as, kind] of [
        ['xoxp-mel', 'user'],
        ['xoxb-bot', 'bot'],
        ['xapp-bot', 'app'],
      ] as const) {
        const { json } = await ask(method, { as, args: argsOf(method) })
        if (method.tokens.includes(kind)) assert.notEqual(json.error, 'not_allowed_token_type')
        else assert.equal(json.error, 'not_allowed_token_type')
      }
    })

    test('a token without its scopes, and says which', async () => {
      const as = method.tokens.includes('user') ? 'xoxp-narrow' : 'xapp-narrow'
      const answer = await ask(method, { as, args: argsOf(method) })
      if (method.scopes.length === 0) return assert.equal(answer.json.ok, true)
      assertHas(
        answer.json,
        { ok: false, error: 'missing_scope', needed: method.scopes.join(','), provided: 'identify' },
        'answer',
      )
      assert.equal(answer.headers['x-oauth-scopes'], 'identify')
      assert.equal(answer.headers['x-accepted-oauth-scopes'], method.scopes.join(','))
    })
  })
}

for (const method of all) {
  describe(`${method.name} at its tier's limit`, () => {
    test('refuses with the seconds until the next call passes, and not a second more', async () => {
      const tier = method.rate.find((limit) => limit.kind === 'tier')
      assert.ok(tier, 'every method has a tier')
      const perMinute = { 1: 1, 2: 20, 3: 50, 4: 100 }[tier.tier]
      const as = method.tokens.length === 0 ? {} : { as: 'xoxp-mel' }
      const harness = await startHarness([aWorld()])
      // Calls that end in an error of their own count like any other, and fall into no window. `test` keeps auth.revoke
      // from revoking the token; the others ignore it.
      const request = { ...as, args: { user: 'U0NOBODY99', profile: { title: 'x' }, test: true } }
      for (let call = 0; call < perMinute; call++) {
        assert.notEqual((await askIn(harness, method, request)).json.error, 'ratelimited')
      }
      const over = await askIn(harness, method, request)
      assert.deepEqual([over.status, over.json.error], [429, 'ratelimited'])
      const wait = Number(over.headers['retry-after'])
      assert.ok(Number.isInteger(wait) && wait >= 1)
      harness.clock.at += (wait - 1) * 1000
      assert.equal((await askIn(harness, method, request)).json.error, 'ratelimited')
      harness.clock.at += 1000
      assert.notEqual((await askIn(harness, method, request)).json.error, 'ratelimited')
      await harness.close()
    })
  })
}

const echo = methodsByName.get('api.test') as Method

/** Content types, charsets and bodies: docs/decisions/0003. */
const SHAPES: readonly { name: string; request: Request; expect: object; warning?: string }[] = [
  { name: 'JSON with its charset', request: { args: { a: '1' } }, expect: { ok: true, args: { a: '1' } } },
  {
    name: 'JSON without a charset',
    request: { args: { a: '1' }, headers: { 'content-type': 'application/json' } },
    expect: { ok: true },
    warning: 'missing_charset',
  },
  { name: 'a form', request: { by: 'form', args: { a: 'ä b+c&d' } }, expect: { ok: true, args: { a: 'ä b+c&d' } } },
  {
    name: 'a form with a charset',
    request: {
      by: 'form',
      args: { a: '1' },
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    },
    expect: { ok: true },
    warning: 'superfluous_charset',
  },
  {
    name: 'a multipart form',
    request: { by: 'multipart', args: { a: 'ä', b: '' } },
    expect: { ok: true, args: { a: 'ä', b: '' } },
  },
  { name: 'a form as plain text', request: { by: 'text', args: { a: '1' } }, expect: { ok: true, args: { a: '1' } } },
  { name: 'JSON as plain text', request: { by: 'text', body: '{"a":"1"}' }, expect: { ok: true, args: { a: '1' } } },
  {
    name: 'JSON as plain text, behind space',
    request: { by: 'text', body: '\r\n\t {"a":"1"}' },
    expect: { ok: true, args: { a: '1' } },
  },
  {
    name: 'plain text without a charset',
    request: { by: 'text', args: { a: '1' }, headers: { 'content-type': 'text/plain' } },
    expect: { ok: true },
    warning: 'missing_charset',
  },
  { name: 'a query', request: { by: 'query', args: { a: 'x y' } }, expect: { ok: true, args: { a: 'x y' } } },
  { name: 'a query that is posted', request: { by: 'none', query: 'a=1' }, expect: { ok: true, args: { a: '1' } } },
  {
    name: 'a GET with a content type it does not need',
    request: { by: 'query', args: { a: '1' }, headers: { 'content-type': 'application/json' } },
    expect: { ok: true, args: { a: '1' }, warning: undefined },
  },
  {
    name: 'the body beats the query',
    request: { by: 'form', args: { a: 'body' }, query: 'a=' },
    expect: { args: { a: 'body' } },
  },
  {
    name: 'a null in JSON leaves what the query has',
    request: { body: '{"a":null}', query: 'a=1' },
    expect: { args: { a: '1' } },
  },
  {
    name: 'a multipart form whose boundary looks like a charset',
    request: {
      by: 'multipart',
      body: '--b; charset=x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--b; charset=x--\r\n',
      headers: { 'content-type': 'multipart/form-data; boundary="b; charset=x"' },
    },
    expect: { ok: true, args: { a: '1' } },
  },
  {
    name: 'a charset in quotes, in capitals, behind others',
    request: { args: { a: '1' }, headers: { 'content-type': 'Application/JSON ; a=b; CharSet = "UTF-8";' } },
    expect: { ok: true, args: { a: '1' } },
  },
  {
    name: 'iso-8859-1',
    request: {
      body: Buffer.from('{"a":"\xe4"}', 'latin1'),
      headers: { 'content-type': 'application/json; charset=ISO-8859-1' },
    },
    expect: { ok: true, args: { a: 'ä' } },
  },
  {
    name: 'another charset',
    request: { args: { a: '1' }, headers: { 'content-type': 'application/json; charset=utf-16' } },
    expect: { ok: false, error: 'invalid_charset' },
  },
  {
    name: 'an empty body of any type',
    request: { by: 'none', headers: { 'content-type': 'application/xml; charset=utf-16' } },
    expect: { ok: true, args: {} },
  },
  {
    name: 'a body of no type',
    request: { body: 'a=1', headers: { 'content-type': null } },
    expect: { error: 'missing_post_type' },
  },
  {
    name: 'a body of another type',
    request: { body: '<a/>', headers: { 'content-type': 'text/xml' } },
    expect: { error: 'invalid_post_type' },
  },
  {
    name: 'broken JSON, with the warning that is due',
    request: { body: '{"a":', headers: { 'content-type': 'application/json' } },
    expect: { ok: false, error: 'invalid_json' },
    warning: 'missing_charset',
  },
  { name: 'a JSON list', request: { body: '[1]' }, expect: { ok: false, error: 'json_not_object' } },
  { name: 'a JSON null', request: { body: 'null' }, expect: { ok: false, error: 'json_not_object' } },
  {
    name: 'bytes that are no UTF-8',
    request: { body: Buffer.from([0x7b, 0xff, 0x7d]) },
    expect: { ok: false, error: 'invalid_json' },
  },
  {
    name: 'JSON that is nested too deeply',
    request: { body: `{"a":${'['.repeat(1000)}${']'.repeat(1000)}}` },
    expect: { error: 'invalid_json' },
  },
  {
    name: 'a broken escape in a form',
    request: { by: 'form', body: 'a=%zz' },
    expect: { ok: false, error: 'invalid_form_data' },
  },
  {
    name: 'JSON that says it is a form',
    request: { by: 'form', body: '{"a":"1"}' },
    expect: { error: 'invalid_form_data' },
  },
  {
    name: 'a multipart form without its end',
    request: { by: 'multipart', body: '--nametag-test-boundary\r\nfoo' },
    expect: { error: 'invalid_form_data' },
  },
  {
    name: 'an array in a form',
    request: { by: 'form', body: 'a[]=1' },
    expect: { ok: false, error: 'invalid_array_arg' },
  },
  {
    name: 'a key of an array in a query',
    request: { by: 'query', query: 'a%5Bb%5D=1' },
    expect: { error: 'invalid_array_arg' },
  },
  {
    name: 'a name with a dot',
    request: { by: 'form', body: 'a.b=1' },
    expect: { ok: false, error: 'invalid_arg_name' },
  },
  {
    name: 'a name of a thousand letters',
    request: { args: { ['a'.repeat(1000)]: '1' } },
    expect: { error: 'invalid_arg_name' },
  },
]

describe('a call may come as', () => {
  for (const { name, request, expect, warning } of SHAPES) {
    test(name, async () => {
      const { json } = await ask(echo, request)
      assertHas(json, expect, 'answer')
      assert.equal(json.warning, warning)
      assert.deepEqual(json.response_metadata?.warnings, warning === undefined ? undefined : [warning])
    })
  }
})

describe('a token may come as', () => {
  const whoami = methodsByName.get('auth.test') as Method
  const WAYS: readonly (readonly [string, Request])[] = [
    ['a bearer header', { as: 'xoxp-mel' }],
    ['a bearer header in other letters', { headers: { authorization: 'bearer xoxp-mel' } }],
    ['a header named token', { headers: { token: 'xoxp-mel' } }],
    ['a form argument', { by: 'form', args: { token: 'xoxp-mel' } }],
    ['a multipart argument', { by: 'multipart', args: { token: 'xoxp-mel' } }],
    ['a query argument', { by: 'query', args: { token: 'xoxp-mel' } }],
    ['a query argument of a JSON call', { args: {}, query: 'token=xoxp-mel' }],
    [
      'a form argument beside an empty bearer',
      { by: 'form', args: { token: 'xoxp-mel' }, headers: { authorization: 'Bearer ' } },
    ],
    ['a header that wins over the form', { as: 'xoxp-mel', by: 'form', args: { token: 'xoxp-ada' } }],
  ]
  for (const [name, request] of WAYS) {
    test(name, async () => assert.equal((await ask(whoami, request)).json.user_id, ids.mel))
  }
})

test('an unknown method is refused before anything else is looked at', async () => {
  const harness = await startHarness([aWorld()])
  const { json, headers } = await harness.call('foo.bar', { body: '{', headers: { 'content-type': 'text/xml' } })
  assert.deepEqual(json, { ok: false, error: 'unknown_method', req_method: 'foo.bar' })
  assert.equal(headers['x-slack-failure'], 'unknown_method')
  for (const name of ['__proto__', 'constructor', 'users.profile.set/', '', 'Users.Profile.Set']) {
    assert.equal((await harness.call(name, {})).json.error, 'unknown_method')
  }
  await harness.close()
})

test('every answer has the headers that SDKs read', async () => {
  const { headers } = await ask(methodsByName.get('users.profile.get') as Method, { as: 'xoxp-mel' })
  assert.match(headers['x-slack-req-id'] ?? '', /^[0-9a-f]{32}$/)
  assert.equal(headers['content-type'], 'application/json; charset=utf-8')
  assert.equal(headers['x-oauth-scopes'], 'users.profile:read,users.profile:write,users:read,users:read.email')
  assert.equal(headers['x-accepted-oauth-scopes'], 'users.profile:read')
  assert.equal(headers['access-control-allow-origin'], '*')
  assert.equal(headers['x-slack-failure'], undefined)
})

/** A store that fails, since a working one does not. */
const failing = (store: Store, problem: Error): Store =>
  new Proxy(store, {
    get: (target, key) => (key === 'change' ? () => Promise.reject(problem) : Reflect.get(target, key)?.bind(target)),
  })

test('an outage, an unknown outcome and a bug each have their answer', async () => {
  const set = methodsByName.get('users.profile.set') as Method
  const request = { as: 'xoxp-mel', args: argsOf(set) }
  for (const [problem, error, status] of [
    [new StorageUnavailable('full'), 'service_unavailable', 503],
    [new OutcomeUnknown('cut'), 'fatal_error', 200],
    [new Error('a bug in /secret/path'), 'internal_error', 200],
  ] as const) {
    const harness = await startHarness([aWorld()])
    const broken = await startHarness([], async () => failing(harness.store, problem))
    const answer = await askIn(broken, set, request)
    assert.deepEqual([answer.json.error, answer.status], [error, status])
    assert.ok(!JSON.stringify(answer).includes('secret'), 'no answer tells of the inside')
    assert.equal(broken.problems.length, 1, 'it is logged once')
    await harness.close()
  }
})

test('a user token of a bot user is refused where bots cannot call', async () => {
  const set = methodsByName.get('users.profile.set') as Method
  const given = withGrant('xoxp-mel', (grant) => ({ ...grant, userId: ids.bot }))
  assert.equal((await ask(set, { as: 'xoxp-mel', args: argsOf(set) }, given)).json.error, 'is_bot')
})

test('a wrong argument is named', async () => {
  const { json } = await ask(methodsByName.get('users.info') as Method, { as: 'xoxp-mel' })
  assert.deepEqual(json.response_metadata.messages, ['[ERROR] user: this argument is required'])
})

test('every error of the pipeline was reached above', () => {
  // Only a real socket can break off: test/hostile-body.test.ts reaches that one.
  assert.deepEqual(
    PIPELINE_ERRORS.filter((code) => !seen.has(code)),
    ['request_timeout'],
  )
  assert.equal(METHODS.length, methodsByName.size)
})
