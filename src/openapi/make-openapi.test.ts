import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { methodsByName } from '../methods/index.ts'
import { arg } from '../web-api/arguments.ts'
import { distinctTargets, perTarget, perTokenWhile, tier } from '../web-api/limits.ts'
import { defineMethod, type Method } from '../web-api/method.ts'
import { schema } from '../web-api/schema.ts'
import { causesOf } from './answer-errors.ts'
import { makeOpenApi } from './make-openapi.ts'

const methods = [...methodsByName.values()]

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
function open(list: readonly Method[] = methods): any {
  return makeOpenApi({ methods: list, serverUrl: 'http://127.0.0.1:4390/api', version: '1.2.3' })
}

/** A method with everything that a declaration can say, so that what is made of it can be told apart. */
const posted = defineMethod({
  name: 'things.set',
  summary: 'Set a thing.',
  docs: 'More about it.',
  verb: 'POST',
  tokens: ['user'],
  scopes: ['things:write', 'things:read'],
  rate: [tier(2), perTarget(7), distinctTargets(8), perTokenWhile('loud', 9)],
  args: {
    thing: arg.requiredUserId({ doc: 'Which.', example: 'U1' }),
    what: arg.json({ doc: 'What.', example: '{"a":1}', otherwise: 'invalid_profile' }),
    loud: arg.boolean({ doc: 'Aloud.', example: 'true' }),
    kind: arg.choice(['big', 'small'], { doc: 'Which kind.', example: 'big' }),
  },
  response: schema.either(
    schema.object({ a: schema.string() }),
    schema.either(schema.object({ b: schema.string() }), schema.object({ c: schema.string() })),
  ),
  errors: ['user_not_found', 'too_long'],
  unreachable: { too_long: 'Nothing is.' },
  examples: [
    { title: 'A good one!', args: { thing: 'U1' }, answer: { ok: true } },
    { title: 'A bad one', args: { thing: 'x' }, answer: { ok: false, error: 'user_not_found' } },
  ],
  async handle() {
    return { a: '' }
  },
}) as unknown as Method
const post = open([posted]).paths['/things.set'].post
const get = open([{ ...posted, verb: 'GET', scopes: ['a', 'b'], anyScope: true }]).paths['/things.set'].get

describe('the document', () => {
  test('names its server absolutely, its version, and how far it follows the Open Context Protocol', () => {
    const { openapi, servers, info } = open()
    assert.equal(openapi, '3.1.0')
    assert.deepEqual(servers, [{ url: 'http://127.0.0.1:4390/api' }])
    assert.equal(info.version, '1.2.3')
    assert.equal(info['x-ocp-enabled'], true)
    assert.equal(info['x-ocp-context-aware'], false, 'no answer depends on context')
  })

  test('has one operation for every method, under its declared verb, and no other path', () => {
    const { paths } = open()
    const declared = methods.map(({ name, verb }) => [`/${name}`, [verb.toLowerCase()]])
    assert.deepEqual(
      Object.entries(paths).map(([path, item]) => [path, Object.keys(item as object)]),
      declared,
    )
  })

  test('refers to nothing: agents would lose what is elsewhere', () => {
    assert.ok(!JSON.stringify(open()).includes('"$ref"'))
  })

  test('gives every operation an id of its own, with underscores, and a tag that is listed', () => {
    const { paths, tags } = open()
    const operations = Object.values(paths).flatMap((item) => Object.values(item as object))
    const ids = operations.map(({ operationId }) => operationId)
    assert.ok(ids.includes('users_profile_set'))
    assert.equal(new Set(ids).size, methods.length)
    for (const { operationId, tags: own } of operations) {
      assert.match(operationId, /^[a-zA-Z0-9_]+$/)
      assert.ok(tags.some(({ name }: { name: string }) => name === own[0]))
    }
  })
})

describe('an operation', () => {
  test('asks for a bearer token with the scopes, and takes the token as a header that is never required', () => {
    assert.deepEqual(post.security, [{ bearer: ['things:write', 'things:read'] }])
    assert.equal(post.parameters.length, 1)
    assert.partialDeepStrictEqual(post.parameters[0], { name: 'token', in: 'header', required: false })
    assert.deepEqual(get.security, [{ bearer: ['a'] }, { bearer: ['b'] }], 'any of the scopes is enough')
  })

  test('of a method without tokens asks for none and takes none', () => {
    const { security, parameters } = open().paths['/api.test'].post
    assert.deepEqual([security, parameters], [[], []])
  })

  test('takes a POST as JSON and as a form, where JSON is text', () => {
    const { required, content } = post.requestBody
    const json = content['application/json'].schema
    const form = content['application/x-www-form-urlencoded'].schema
    assert.equal(required, true)
    assert.deepEqual(Object.keys(content), ['application/json', 'application/x-www-form-urlencoded'])
    assert.equal(json.type, 'object')
    assert.deepEqual(json.required, ['thing'])
    assert.deepEqual(Object.keys(json.properties), ['thing', 'what', 'loud', 'kind'])
    assert.deepEqual(json.properties.what, {
      anyOf: [{ type: 'object' }, { type: 'string' }],
      description: 'What.',
      examples: [{ a: 1 }],
    })
    assert.deepEqual(json.properties.loud, { type: 'boolean', description: 'Aloud.', examples: [true] })
    assert.deepEqual(json.properties.kind.enum, ['big', 'small'])
    assert.deepEqual(form.properties.what, {
      type: 'string',
      contentMediaType: 'application/json',
      description: 'What.',
      examples: ['{"a":1}'],
    })
  })

  test('takes any argument in its body only where an example sends one that is not declared', () => {
    const bodyOf = (one: Method) =>
      open([one]).paths[`/${one.name}`].post.requestBody.content['application/json'].schema
    assert.equal('additionalProperties' in bodyOf(posted), false)
    assert.equal(bodyOf(methodsByName.get('api.test') as Method).additionalProperties, true)
  })

  test('takes a GET in the query, and has no body', () => {
    assert.equal('requestBody' in get, false)
    assert.deepEqual(
      get.parameters.map((one: Record<string, unknown>) => [one.name, one.in, one.required]),
      [
        ['token', 'header', false],
        ['thing', 'query', true],
        ['what', 'query', false],
        ['loud', 'query', false],
        ['kind', 'query', false],
      ],
    )
    assert.equal(get.parameters[2].schema.type, 'string')
    assert.equal(get.parameters[3].example, true)
  })

  test('says which tokens, scopes and limits there are', () => {
    assert.deepEqual(post['x-token-kinds'], ['user'])
    assert.deepEqual(post['x-scopes'], ['things:write', 'things:read'])
    assert.deepEqual(post['x-rate-limits'], [
      { tier: 2, callsPerMinute: 20, per: ['team', 'app'] },
      { callsPerMinute: 7, per: ['token', 'user'] },
      { usersPerMinute: 8, per: ['token'] },
      { callsPerMinute: 9, per: ['token'], while: 'loud' },
    ])
    assert.deepEqual(open().paths['/api.test'].post['x-rate-limits'][0].per, ['address'])
  })

  test('shows the declared examples, and of their answers the refusals, which are whole', () => {
    assert.deepEqual(post.requestBody.content['application/json'].examples, {
      'a-good-one': { summary: 'A good one!', value: { thing: 'U1' } },
      'a-bad-one': { summary: 'A bad one', value: { thing: 'x' } },
    })
    assert.deepEqual(Object.keys(post.responses['200'].content['application/json'].examples), ['a-bad-one'])
  })
})

describe('the answers of an operation', () => {
  const [success, refusal] = post.responses['200'].content['application/json'].schema.oneOf
  const refusalAt = (status: number) => post.responses[status].content['application/json'].schema

  test('are a success in one of its forms, with room for warnings, or a refusal', () => {
    assert.equal(success.type, 'object')
    assert.deepEqual(
      success.anyOf.map((form: { required: string[] }) => form.required),
      [
        ['ok', 'a'],
        ['ok', 'b'],
        ['ok', 'c'],
      ],
    )
    const fits = new Ajv2020({ strict: false }).compile(success)
    const metadata = { warnings: ['missing_charset'], messages: ['[WARN] x'] }
    assert.equal(fits({ ok: true, b: '', warning: 'missing_charset', response_metadata: metadata }), true)
    for (const wrong of [
      { ok: false, b: '' },
      { b: '' },
      { ok: true },
      { ok: true, b: '', d: '' },
      { ok: true, b: 1 },
    ]) {
      assert.equal(fits(wrong), false, JSON.stringify(wrong))
    }
    assert.equal(fits({ ok: true, b: '', response_metadata: { messages: ['x'] } }), false)
  })

  test('keep what a method itself puts into response_metadata', () => {
    const cursor = schema.object({ next_cursor: schema.string() })
    const response = schema.object({ response_metadata: cursor })
    const [paged] = open([{ ...posted, response }]).paths['/things.set'].post.responses['200'].content[
      'application/json'
    ].schema.oneOf
    const metadata = paged.properties.response_metadata
    assert.deepEqual(Object.keys(metadata.properties), ['next_cursor', 'warnings', 'messages'])
    assert.deepEqual(metadata.required, ['next_cursor'])
    assert.deepEqual(paged.required, ['ok', 'response_metadata'])
  })

  test('list every error with its cause, under the status it comes with', () => {
    const causes = refusal.properties.error['x-enumDescriptions']
    assert.equal(causes.user_not_found, 'The team has no such user.')
    assert.match(causes.too_long, / Never answered: Nothing is\.$/)
    assert.deepEqual(refusal.properties.error.enum, Object.keys(causes))
    assert.deepEqual(refusalAt(408).properties.error.enum, ['request_timeout'])
    assert.deepEqual(refusalAt(429).properties.error.enum, ['ratelimited'])
    assert.deepEqual(refusalAt(503).properties.error.enum, ['service_unavailable'])
    assert.ok(!refusal.properties.error.enum.includes('ratelimited'))
    for (const status of [429, 503]) assert.equal(post.responses[status].headers['Retry-After'].required, true)
  })

  test('describe what stands beside a code', () => {
    const keys = Object.keys(refusal.properties)
    for (const key of ['needed', 'provided', 'limit', 'field']) assert.ok(keys.includes(key), key)
    assert.ok(!('needed' in refusalAt(429).properties))
  })

  for (const method of methods) {
    test(`of ${method.name} have each error that it declares, once`, () => {
      const codes = [200, 408, 429, 503].flatMap((status) => [...causesOf(method, status).keys()])
      for (const code of method.errors) assert.ok(codes.includes(code), code)
      assert.equal(new Set(codes).size, codes.length)
    })
  }

  test('of a method without tokens say nothing of tokens', () => {
    const codes = [...causesOf(methodsByName.get('api.test') as Method, 200).keys()]
    assert.ok(codes.includes('invalid_json'))
    for (const code of ['not_authed', 'missing_scope', 'accesslimited']) assert.ok(!codes.includes(code), code)
  })

  test('of a method without scopes lack none', () => {
    const codes = [...causesOf({ ...posted, scopes: [] }, 200).keys()]
    assert.ok(codes.includes('not_authed') && !codes.includes('missing_scope'))
  })

  test('take any code where the caller chooses it', () => {
    const [, echoed] = open().paths['/api.test'].post.responses['200'].content['application/json'].schema.oneOf
    assert.equal('enum' in echoed.properties.error, false)
    assert.equal('enum' in refusal.properties.error, true)
  })
})
