import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { listen } from '../src/http/listener.ts'
import { range, withHostileCallers } from './support/hostile.ts'
import { sendRaw } from './support/raw.ts'
import { type Received, type Sent, send } from './support/send.ts'
import { assertSlackForm } from './support/slack-form.ts'

/** Any body in: an answer in Slack's form, and nothing written. */

const JSON_TYPE = 'application/json; charset=utf-8'
const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data; boundary=b'
const MIB = 1024 * 1024

const server = withHostileCallers()

function set(contentType: string | undefined, body: string | Buffer, more: Sent = {}): Promise<Received> {
  const headers = {
    authorization: 'Bearer xoxp-ada',
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
  }
  return send(`${server().api}users.profile.set`, { headers, body, ...more })
}

function setCoded(coding: string, contentType: string, body: string | Buffer): Promise<Received> {
  const headers = { authorization: 'Bearer xoxp-ada', 'content-type': contentType, 'content-encoding': coding }
  return set(contentType, body, { headers })
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
    'invalid_arguments',
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

  const PACKERS: Readonly<Record<string, (text: string) => Buffer>> = {
    gzip: gzipSync,
    'X-GZIP': gzipSync,
    deflate: deflateSync,
    'identity, deflate': deflateRawSync,
    br: brotliCompressSync,
  }
  for (const [coding, pack] of Object.entries(PACKERS)) {
    test(`packed as ${coding} is told to come uncompressed`, async () => {
      const packed = [
        [JSON_TYPE, profileOf('{"title":"x"}'), 'invalid_json'],
        [FORM, formOf('{"title":"x"}'), 'invalid_form_data'],
        [MULTIPART, `${part('profile', '{"title":"x"}')}--b--`, 'invalid_form_data'],
        ['text/plain', profileOf('{"title":"x"}'), 'invalid_form_data'],
      ] as const
      for (const [contentType, text, error] of packed) {
        const answer = await setCoded(coding, contentType, pack(text))
        assertSlackForm(answer, contentType)
        assert.equal(answer.json.error, error, contentType)
        assert.match(answer.json.response_metadata.messages[0], /send the body uncompressed/, contentType)
      }
    })
  }

  for (const coding of ['identity', 'Identity', '', 'utf-8']) {
    test(`under "${coding}", which packs nothing, is read as it is`, async () => {
      assert.equal((await setCoded(coding, JSON_TYPE, '{"name":"skype","value":""}')).json.ok, true)
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
      const echo = await send(`${server().api}api.test`, { headers: { 'content-type': JSON_TYPE }, body: `{${own}}` })
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
    const { answers, closed } = await sendRaw(server().port, chunks())
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
      const { answers, closed } = await sendRaw(server().port, bytes, { end: true })
      assert.equal(answers.length, 1)
      assert.equal(answers[0]?.status, 408)
      assert.equal(answers[0]?.json.error, 'request_timeout')
      assert.ok(closed)
    })
  }

  test('whose client goes away leaves nothing behind', async () => {
    await assert.rejects(sendRaw(server().port, `${head}content-length: 100\r\n\r\nname=title`, { deadlineMs: 50 }))
  })

  for (const [what, bytes] of [...shorts, ['of which not even the head arrives', 'POST /api/users.pro'] as const]) {
    test(`${what} is waited for only so long`, async (t) => {
      const short = await listen({
        host: '127.0.0.1',
        port: 0,
        requestTimeoutMs: 100,
        answerCall: () => assert.fail('no call has arrived'),
        addRoutes: () => undefined,
        log: { error: () => assert.fail('nothing is logged') },
      })
      t.after(() => short.close())
      const { answers, closed } = await sendRaw(short.port, bytes)
      assert.equal(answers[0]?.status, 408)
      assert.equal(answers[0]?.json.error, 'request_timeout')
      assert.ok(closed)
    })
  }
})
