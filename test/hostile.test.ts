import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { listen } from '../src/http/listener.ts'
import { sendRaw } from './support/raw.ts'
import { type Received, type Sent, send } from './support/send.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { assertSlackForm, assertSlackFormOr4xx } from './support/slack-form.ts'
import { ids } from './support/world.ts'

/** Any bytes in: an answer in Slack's form, and nothing written. One server takes it all. */

const JSON_TYPE = 'application/json; charset=utf-8'
const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data; boundary=b'
const MIB = 1024 * 1024

let server: TestServer
const stops: (() => unknown)[] = []

before(async () => {
  server = await startTestServer({ after: (stop) => stops.push(stop) })
})

after(async () => {
  for (const stop of stops) await stop()
})

afterEach(async () => {
  const { json } = await send(`${server.api}auth.test`, { headers: { authorization: 'Bearer xoxp-ada' } })
  assert.equal(json.user, 'ada', 'the server goes on answering')
  assert.deepEqual(await server.events(), [], 'nothing was written')
  assert.deepEqual(server.problems, [], 'nothing was logged as a fault of the server')
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
})

function set(contentType: string | undefined, body: string | Buffer, more: Sent = {}): Promise<Received> {
  const headers = {
    authorization: 'Bearer xoxp-ada',
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
  }
  return send(`${server.api}users.profile.set`, { headers, body, ...more })
}

const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000)
const deepObject = deep('{"a":', '}').replace(':}', ':1}')
const profileOf = (json: string) => `{"profile":${json}}`
const formOf = (json: string) => `profile=${encodeURIComponent(json)}`
const part = (name: string, value: string) =>
  `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const file = 'content-disposition: form-data; name="image"; filename="a.png"\r\ncontent-type: image/png'

const BODIES: readonly (readonly [
  what: string,
  contentType: string | undefined,
  body: string | Buffer,
  error: string,
])[] = [
  ['no body', JSON_TYPE, '', 'invalid_profile'],
  ['no body and no type', undefined, '', 'invalid_profile'],
  ['a body without a type', undefined, '{}', 'missing_post_type'],
  ['JSON that breaks off', JSON_TYPE, '{"profile":{"title":"x', 'invalid_json'],
  ['JSON with a comma too many', JSON_TYPE, '{"profile":{},}', 'invalid_json'],
  ['JSON with a byte order mark', JSON_TYPE, '\ufeff{"profile":{}}', 'invalid_json'],
  ['two JSON values', JSON_TYPE, '{}{}', 'invalid_json'],
  ['a JSON list', JSON_TYPE, '[]', 'json_not_object'],
  ['a JSON text', JSON_TYPE, '"profile"', 'json_not_object'],
  ['JSON null', JSON_TYPE, 'null', 'json_not_object'],
  ['a JSON number', JSON_TYPE, '1e400', 'json_not_object'],
  ['lists 100,000 deep', JSON_TYPE, deep('[', ']'), 'invalid_json'],
  ['objects 100,000 deep', JSON_TYPE, deepObject, 'invalid_json'],
  ['a profile 100,000 deep', JSON_TYPE, profileOf(deepObject), 'invalid_json'],
  ['a profile 100,000 deep, as text', JSON_TYPE, JSON.stringify({ profile: deepObject }), 'invalid_profile'],
  ['a profile 100,000 deep, in a form', FORM, formOf(deep('[', ']')), 'invalid_profile'],
  [
    'a field 60 deep',
    JSON_TYPE,
    profileOf(`{"fields":{"Xf0TEXT001":${'['.repeat(60)}${']'.repeat(60)}}}`),
    'profile_set_failed',
  ],
  ['half of a surrogate pair', JSON_TYPE, profileOf('{"title":"\\ud800"}'), 'invalid_profile'],
  ['the other half, in a key', JSON_TYPE, profileOf('{"\\udc00":"x"}'), 'invalid_profile'],
  ['half of a pair in a field', JSON_TYPE, profileOf('{"fields":{"Xf0TEXT001":"\\ud800"}}'), 'invalid_profile'],
  [
    'half of a pair in a tag',
    JSON_TYPE,
    profileOf('{"fields":{"Xf0TAGS001":[{"value":"\\ud800"}]}}'),
    'invalid_profile',
  ],
  ['NUL', JSON_TYPE, profileOf('{"title":"a\\u0000b"}'), 'invalid_profile'],
  ['NUL by name and value', FORM, 'name=title&value=%00', 'invalid_profile'],
  ['a number past all numbers', JSON_TYPE, profileOf('{"title":1e400}'), 'profile_set_failed'],
  ['a number too large to keep', JSON_TYPE, profileOf('{"title":12345678901234567890}'), 'profile_set_failed'],
  ['an expiry past all numbers', JSON_TYPE, profileOf('{"status_expiration":1e400}'), 'profile_set_failed'],
  ['an expiry before all time', JSON_TYPE, profileOf('{"status_expiration":-1}'), 'profile_set_failed'],
  ['a list where text is due', JSON_TYPE, profileOf('{"title":["x"]}'), 'profile_set_failed'],
  [
    '51 keys',
    JSON_TYPE,
    profileOf(JSON.stringify(Object.fromEntries(range(51).map((n) => [`k${n}`, 'x'])))),
    'invalid_profile',
  ],
  ['a key of 10,000 characters', JSON_TYPE, profileOf(`{"${'x'.repeat(10_000)}":"x"}`), 'invalid_profile'],
  ['a name of 10,000 characters', FORM, `name=${'x'.repeat(10_000)}&value=x`, 'invalid_profile'],
  ['an argument name of 10,000 characters', FORM, `${'x'.repeat(10_000)}=1`, 'invalid_arg_name'],
  ['the same in JSON', JSON_TYPE, `{"${'x'.repeat(10_000)}":1}`, 'invalid_arg_name'],
  [
    '1,000 arguments',
    FORM,
    range(1000)
      .map((n) => `a${n}=1`)
      .join('&'),
    'invalid_form_data',
  ],
  [
    '1,000 arguments in JSON',
    JSON_TYPE,
    JSON.stringify(Object.fromEntries(range(1000).map((n) => [`a${n}`, 1]))),
    'invalid_profile',
  ],
  [
    '1,000 parts',
    MULTIPART,
    `${range(1000)
      .map((n) => part(`a${n}`, '1'))
      .join('')}--b--`,
    'invalid_form_data',
  ],
  ['an argument as in PHP', FORM, 'a[]=1&a[]=2', 'invalid_array_arg'],
  ['a profile as in PHP', FORM, 'profile[status_text]=x&profile[status_emoji]=:train:', 'invalid_array_arg'],
  ['JSON under a form’s type', FORM, profileOf('{"title":"x"}'), 'invalid_form_data'],
  ['a form under JSON’s type', JSON_TYPE, formOf('{"title":"x"}'), 'invalid_json'],
  [
    'bytes that are no UTF-8, as JSON',
    JSON_TYPE,
    Buffer.from('{"profile":{"title":"\xff"}}', 'latin1'),
    'invalid_json',
  ],
  ['bytes that are no UTF-8, in a form', FORM, Buffer.from('name=title&value=\xff', 'latin1'), 'invalid_form_data'],
  ['an escape that is no UTF-8', FORM, 'name=title&value=%ff', 'invalid_form_data'],
  ['an escape that is none', FORM, 'name=title&value=%zz', 'invalid_form_data'],
  ['an escape that breaks off', FORM, 'name=title&value=100%', 'invalid_form_data'],
  ['a multipart form without its boundary', 'multipart/form-data', part('name', 'title'), 'invalid_form_data'],
  [
    'a multipart form with another boundary',
    MULTIPART,
    part('name', 'title').replaceAll('--b', '--c'),
    'invalid_form_data',
  ],
  ['a multipart form that breaks off', MULTIPART, part('name', 'title'), 'invalid_form_data'],
  ['a multipart file that breaks off', MULTIPART, `--b\r\n${file}\r\n\r\n\x89PNG`, 'invalid_form_data'],
  ['a multipart header that breaks off', MULTIPART, '--b\r\ncontent-disposition: form-data; na', 'invalid_form_data'],
  [
    'garbage as a multipart form',
    MULTIPART,
    Buffer.from(range(1000).map((n) => (n * 7919) % 256)),
    'invalid_form_data',
  ],
  ['HTML', 'text/html', '<p>', 'invalid_post_type'],
  ['a type that is none', 'json', '{}', 'invalid_post_type'],
  ['a type of odd letters', 'application/json/x; ;;=', '{}', 'invalid_post_type'],
  ['a charset that is none', 'application/json; charset=utf-16', '{}', 'invalid_charset'],
  ['a charset of odd letters', 'application/json; charset="__proto__"', '{}', 'invalid_charset'],
  ['compressed JSON', 'application/gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'invalid_post_type'],
]

describe('a body', () => {
  for (const [what, contentType, body, error] of BODIES) {
    test(`of ${what} is ${error}`, async () => {
      const answer = await set(contentType, body)
      assertSlackForm(answer, what)
      assert.equal(answer.json.error, error)
    })
  }

  const ALIEN_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__', 'then']
  for (const key of ALIEN_KEYS) {
    test(`with ${key} on every level reaches no prototype`, async () => {
      const own = `"${key}":{"polluted":"yes","${key}":{"polluted":"yes"}}`
      const bodies: readonly (readonly [string, string])[] = [
        [JSON_TYPE, `{${own}}`],
        [JSON_TYPE, `{${own},"profile":{${own},"fields":{${own}}}}`],
        [JSON_TYPE, `{"profile":{"fields":{"Xf0TEXT001":{${own}}}}}`],
        [JSON_TYPE, `{"profile":{"fields":{"Xf0TAGS001":{"values":[{${own},"value":""}]}}}}`],
        [JSON_TYPE, `{"name":"${key}","value":"polluted"}`],
        [FORM, `${key}=1&${formOf(`{${own},"fields":{${own}}}`)}`],
        [MULTIPART, `${part(key, '1')}${part('profile', `{${own}}`)}--b--`],
      ]
      for (const [contentType, body] of bodies) assertSlackForm(await set(contentType, body), body)
      const echo = await send(`${server.api}api.test`, { headers: { 'content-type': JSON_TYPE }, body: `{${own}}` })
      assertSlackForm(echo, key)
    })
  }

  test('where a key comes twice has its last value', async () => {
    const answer = await set(JSON_TYPE, '{"profile":{"title":"x"},"profile":{},"name":"title","name":"skype"}')
    assert.equal(answer.json.ok, true)
    assert.equal(answer.json.profile.title, '')
    const form = await set(FORM, 'name=title&name=skype&value=a&value=b')
    assert.equal(form.json.ok, true)
    assert.equal(form.json.profile.title, '')
  })

  test('with -0 for an expiry is no change', async () => {
    assertSlackForm(await set(JSON_TYPE, profileOf('{"status_expiration":-0}')), '-0')
  })
})

describe('a large body', () => {
  for (const contentType of [JSON_TYPE, FORM, MULTIPART]) {
    test(`of 10 MB of ${contentType} is refused, and the client hears of it`, async () => {
      const answer = await set(contentType, Buffer.alloc(10 * 1000 * 1000, 'x'))
      assertSlackForm(answer, 'ten megabytes')
      assert.equal(answer.json.error, 'invalid_arguments')
      assert.equal(answer.headers.connection, 'close')
    })
  }

  test('of one byte too many is refused, of one less is read', async () => {
    const fill = (bytes: number) =>
      `{"name":"skype","value":"${'x'.repeat(bytes - '{"name":"skype","value":""}'.length)}"}`
    assert.equal((await set(JSON_TYPE, fill(MIB))).json.ok, true)
    assert.equal((await set(JSON_TYPE, fill(MIB + 1))).json.error, 'invalid_arguments')
  })

  test('of 100 MB in chunks is refused while it is being sent, or cut off', async () => {
    const total = 100
    let sent = 0
    async function* chunks(): AsyncGenerator<Buffer> {
      yield Buffer.from(
        `POST /api/users.profile.set HTTP/1.1\r\nhost: x\r\ncontent-type: ${FORM}\r\ntransfer-encoding: chunked\r\n\r\n`,
      )
      const mebibyte = Buffer.concat([
        Buffer.from(`${MIB.toString(16)}\r\n`),
        Buffer.alloc(MIB, 'x'),
        Buffer.from('\r\n'),
      ])
      for (sent = 0; sent < total; sent++) yield mebibyte
      yield Buffer.from('0\r\n\r\n')
    }
    const before = process.memoryUsage().arrayBuffers
    const { answers, closed } = await sendRaw(server.port, chunks())
    assert.ok(closed)
    assert.ok(sent < total, 'nobody reads a hundred megabytes')
    for (const answer of answers) assertSlackForm(answer, 'a hundred megabytes')
    assert.ok(process.memoryUsage().arrayBuffers - before < 64 * MIB)
  })
})

describe('a body that does not arrive', () => {
  const head = `POST /api/users.profile.set HTTP/1.1\r\nhost: x\r\nauthorization: Bearer xoxp-ada\r\ncontent-type: ${FORM}\r\n`
  const shorts: readonly (readonly [string, string])[] = [
    ['shorter than its length', `${head}content-length: 100\r\n\r\nname=title&value=x`],
    ['without its last chunk', `${head}transfer-encoding: chunked\r\n\r\n12\r\nname=title&value=x\r\n`],
    ['that ends within a chunk', `${head}transfer-encoding: chunked\r\n\r\nff\r\nname=title&value=x`],
  ]
  for (const [what, bytes] of shorts) {
    test(`${what} is request_timeout once the client has ended`, async () => {
      const { answers, closed } = await sendRaw(server.port, bytes, { end: true })
      assert.equal(answers.length, 1)
      assert.equal(answers[0]?.status, 408)
      assert.equal(answers[0]?.json.error, 'request_timeout')
      assert.ok(closed)
    })
  }

  test('whose client goes away leaves nothing behind', async () => {
    await assert.rejects(sendRaw(server.port, `${head}content-length: 100\r\n\r\nname=title`, { deadlineMs: 50 }))
  })

  for (const [what, bytes] of [...shorts, ['of which not even the head arrives', 'POST /api/users.pro'] as const]) {
    test(`${what} is waited for only so long`, async (t) => {
      const short = await listen({
        host: '127.0.0.1',
        port: 0,
        requestTimeoutMs: 100,
        answerCall: () => assert.fail('no call has arrived'),
        addRoutes: () => undefined,
      })
      t.after(() => short.close())
      const { answers, closed } = await sendRaw(short.port, bytes)
      assert.equal(answers[0]?.status, 408)
      assert.equal(answers[0]?.json.error, 'request_timeout')
      assert.ok(closed)
    })
  }
})

describe('a method of HTTP', () => {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
    test(`${method} is answered as a call`, async () => {
      const answer = await send(`${server.api}users.profile.set`, {
        method,
        headers: { authorization: 'Bearer xoxp-ada' },
      })
      assertSlackForm(answer, method)
    })
  }

  test('HEAD is answered without a body', async () => {
    const answer = await send(`${server.api}auth.test`, {
      method: 'HEAD',
      headers: { authorization: 'Bearer xoxp-ada' },
    })
    assert.equal(answer.status, 200)
    assert.equal(answer.text, '')
  })

  test('OPTIONS tells browsers what they may send', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
    const answer = await send(`${server.api}users.profile.set`, { method: 'OPTIONS', headers })
    assert.equal(answer.status, 204)
    assert.equal(answer.headers['access-control-allow-origin'], '*')
    assert.match(String(answer.headers['access-control-allow-headers']), /authorization/)
  })
})

describe('a path', () => {
  const UNKNOWN = [
    '/api/',
    '/api//users.profile.set',
    '/api/users.profile.set/',
    '/api/./users.profile.set',
    '/api/x/../users.profile.set',
    '/api/users%2eprofile%2eset',
    '/api/users.profile%00.set',
    '/api/%2f..%2fauth.test',
    '/api/users.profile.set;a=b',
    '/api/USERS.PROFILE.SET',
    '/api/__proto__',
    '/api/constructor',
    '/api/toString',
    `/api/${'x'.repeat(50_000)}`,
    '/api/\xff\xfe',
    '/api/"><script>',
    '/api',
  ]
  for (const path of UNKNOWN) {
    test(`${path.slice(0, 40)} is an unknown method`, async () => {
      const { answers } = await sendRaw(
        server.port,
        Buffer.from(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n`, 'latin1'),
        {
          answers: 1,
        },
      )
      const [answer] = answers
      assert.ok(answer)
      assertSlackFormOr4xx(answer, path)
      if (answer.status === 200) assert.equal(answer.json.error, 'unknown_method')
    })
  }

  for (const path of [
    '/API/auth.test',
    '/avatars/../../package.json',
    '/avatars/%2e%2e%2fpackage.json',
    '/%',
    '/\x01',
    '//',
    '/..',
  ]) {
    test(`${JSON.stringify(path)} leads nowhere`, async () => {
      const { answers } = await sendRaw(server.port, `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`, { answers: 1 })
      assert.ok(answers[0])
      assert.ok(answers[0].status >= 400 && answers[0].status < 500, `${answers[0].status} ${answers[0].text}`)
      assertSlackFormOr4xx(answers[0], path)
    })
  }
})

describe('bytes', () => {
  const post = 'POST /api/auth.test HTTP/1.1\r\nhost: x\r\n'
  const BROKEN: readonly (readonly [what: string, bytes: string | Buffer])[] = [
    ['that are garbage', Buffer.from(range(500).map((n) => (n * 7919) % 256))],
    ['that begin a TLS connection', Buffer.from('16030100c8010000c403031f', 'hex')],
    ['that begin HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['with line feeds alone', 'POST /api/auth.test HTTP/1.1\nhost: x\ncontent-length: 0\n\n'],
    ['with two framings', `${post}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['with two lengths', `${post}content-length: 5\r\ncontent-length: 6\r\n\r\nabcdef`],
    ['with a negative length', `${post}content-length: -5\r\n\r\n`],
    ['with a length past all numbers', `${post}content-length: 99999999999999999999999\r\n\r\n`],
    ['with a length that is none', `${post}content-length: five\r\n\r\n`],
    ['with a chunk size that is none', `${post}transfer-encoding: chunked\r\n\r\nzz\r\n`],
    ['with an endless chunk extension', `${post}transfer-encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\n`],
    ['with an unknown framing', `${post}transfer-encoding: zip\r\n\r\n`],
    ['with a header without a name', `${post}: value\r\n\r\n`],
    ['with a space before the colon', `${post}a : value\r\n\r\n`],
    ['with NUL in a header', `${post}a: \0\r\n\r\n`],
    ['with a folded header', `${post}a: b\r\n c\r\n content-length: 0\r\n\r\n`],
    ['without a host', 'POST /api/auth.test HTTP/1.1\r\ncontent-length: 0\r\n\r\n'],
    ['that ask for a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['that expect the impossible', `${post}expect: a miracle\r\ncontent-length: 0\r\n\r\n`],
    ['with a space in the path', 'POST /api/auth test HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['of another protocol', 'EHLO mail.example\r\n'],
  ]
  for (const [what, bytes] of BROKEN) {
    test(`${what} get a clean answer`, async () => {
      const { answers, rest, closed } = await sendRaw(server.port, bytes, { end: true })
      for (const answer of answers) assertSlackFormOr4xx(answer, what)
      // Node itself refuses some before this server hears of them, without a word; tunnels it just cuts.
      if (answers.length === 0) assert.match(rest, /^(HTTP\/1\.1 4\d\d .*\r\n\r\n0|$)/s)
      assert.ok(closed)
    })
  }

  test('of a header past 80 KiB are refused', async () => {
    const { answers, closed } = await sendRaw(server.port, `${post}a: ${'x'.repeat(100 * 1024)}\r\n\r\n`)
    assert.equal(answers[0]?.status, 431)
    assert.equal(answers[0]?.json.error, 'invalid_arguments')
    assert.ok(closed)
  })

  test('of ten thousand headers are answered', async () => {
    const headers = range(10_000).map((n) => `a${n}: 1\r\n`)
    const { answers } = await sendRaw(server.port, `${post}${headers.join('')}\r\n`, { end: true })
    assert.ok(answers[0])
    assertSlackFormOr4xx(answers[0], 'headers')
  })

  test('of several requests at once are answered in their order', async () => {
    const echo = (n: number) => `GET /api/api.test?n=${n} HTTP/1.1\r\nhost: x\r\n\r\n`
    const { answers } = await sendRaw(server.port, range(20).map(echo).join(''), { answers: 20 })
    assert.deepEqual(
      answers.map(({ json }) => json.args.n),
      range(20).map(String),
    )
  })

  test('after a broken request are not read', async () => {
    const title = `name=title&value=smuggled`
    const smuggled = `POST /api/users.profile.set HTTP/1.1\r\nhost: x\r\nauthorization: Bearer xoxp-ada\r\ncontent-type: ${FORM}\r\ncontent-length: ${title.length}\r\n\r\n${title}`
    const { closed } = await sendRaw(
      server.port,
      `${post}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    )
    assert.ok(closed)
  })

  test('of HTTP/1.0 are answered, and the connection closes', async () => {
    const { answers, closed } = await sendRaw(server.port, 'GET /api/api.test HTTP/1.0\r\n\r\n')
    assert.deepEqual(answers[0]?.json, { ok: true, args: {} })
    assert.ok(closed)
  })
})

describe('a header', () => {
  test('never carries what a caller chose', async () => {
    for (const error of ['a\r\nset-cookie: b=c', 'ü\u{1f682}', '\0', 'x'.repeat(100_000), '__proto__', 'constructor']) {
      const answer = await send(`${server.api}api.test`, {
        headers: { 'content-type': JSON_TYPE },
        body: JSON.stringify({ error }),
      })
      assert.equal(answer.json.error, error)
      assert.equal(answer.headers['set-cookie'], undefined)
    }
  })

  const TOKENS = [
    'xoxp-',
    'xoxp-\u00ff',
    `xoxp-${'x'.repeat(60_000)}`,
    '__proto__',
    'xoxp-ada xoxp-pia',
    'xoxp-ada,xoxp-pia',
    '%78oxp-ada',
    "xoxp-' or 1=1 --",
  ]
  for (const token of TOKENS) {
    test(`with ${token.slice(0, 30)} for a token is invalid_auth`, async () => {
      for (const headers of [{ authorization: `Bearer ${token}` }, { token }]) {
        const answer = await send(`${server.api}auth.test`, { headers })
        assertSlackForm(answer, token)
        assert.equal(answer.json.error, 'invalid_auth')
      }
    })
  }

  test('with another scheme is no token', async () => {
    for (const authorization of ['Basic eG94cC1hZGE6', 'xoxp-ada', 'bearer', 'Bearer\txoxp-ada', '']) {
      const answer = await send(`${server.api}auth.test`, { headers: { authorization } })
      assertSlackForm(answer, authorization)
      assert.equal(answer.json.error, 'not_authed')
    }
  })

  test('that comes twice is read once', async () => {
    const answer = await send(`${server.api}auth.test`, {
      headers: { token: ['xoxp-ada', 'xoxp-pia'], 'x-slack-user': [ids.mel, ids.bob] },
    })
    assertSlackForm(answer, 'twice')
  })
})

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
