import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { range, withHostileCallers } from './support/hostile.ts'
import { sendRaw } from './support/raw.ts'
import { send } from './support/send.ts'
import { assertSlackForm, assertSlackFormOr4xx } from './support/slack-form.ts'
import { ids } from './support/world.ts'

/** Any bytes in, and any request: an answer in Slack's form or a clean refusal by HTTP itself, and nothing written. */

const JSON_TYPE = 'application/json; charset=utf-8'
const FORM = 'application/x-www-form-urlencoded'

const server = withHostileCallers()

describe('a method of HTTP', () => {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
    test(`${method} is answered as a call`, async () => {
      const answer = await send(`${server().api}users.profile.set`, {
        method,
        headers: { authorization: 'Bearer xoxp-ada' },
      })
      assertSlackForm(answer, method)
    })
  }

  test('HEAD is answered without a body', async () => {
    const answer = await send(`${server().api}auth.test`, {
      method: 'HEAD',
      headers: { authorization: 'Bearer xoxp-ada' },
    })
    assert.equal(answer.status, 200)
    assert.equal(answer.text, '')
  })

  test('OPTIONS tells browsers what they may send', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
    const answer = await send(`${server().api}users.profile.set`, { method: 'OPTIONS', headers })
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
    '/api?users.profile.set',
  ]
  for (const path of UNKNOWN) {
    test(`${path.slice(0, 40)} is an unknown method`, async () => {
      const { answers } = await sendRaw(
        server().port,
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

  for (const origin of ['http://127.0.0.1:4390', 'HTTPS://people.example']) {
    test(`behind ${origin} is that of the call, as clients with a proxy send it`, async () => {
      const target = `${origin}/api/api.test?a=1`
      const { answers } = await sendRaw(server().port, `GET ${target} HTTP/1.1\r\nhost: x\r\n\r\n`, { answers: 1 })
      assert.deepEqual(answers[0]?.json, { ok: true, args: { a: '1' } })
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
    'ftp://127.0.0.1/api/auth.test',
    'auth.test',
  ]) {
    test(`${JSON.stringify(path)} leads nowhere`, async () => {
      const { answers } = await sendRaw(server().port, `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`, {
        answers: 1,
      })
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
    ['with a space in the path', 'POST /api/auth test HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['of another protocol', 'EHLO mail.example\r\n'],
  ]
  for (const [what, bytes] of BROKEN) {
    test(`${what} get a clean answer`, async () => {
      const { answers, rest, closed } = await sendRaw(server().port, bytes, { end: true })
      for (const answer of answers) assertSlackForm(answer, what)
      assert.equal(answers.length, 1, rest)
      assert.ok(closed)
    })
  }

  test('of a header past 80 KiB are refused', async () => {
    const { answers, closed } = await sendRaw(server().port, `${post}a: ${'x'.repeat(100 * 1024)}\r\n\r\n`)
    assert.equal(answers[0]?.status, 431)
    assert.equal(answers[0]?.json.error, 'invalid_arguments')
    assert.ok(closed)
  })

  test('of ten thousand headers are answered', async () => {
    const headers = range(10_000).map((n) => `a${n}: 1\r\n`)
    const { answers } = await sendRaw(server().port, `${post}${headers.join('')}\r\n`, { end: true })
    assert.ok(answers[0])
    assertSlackFormOr4xx(answers[0], 'headers')
  })

  test('of several requests at once are answered in their order', async () => {
    const echo = (n: number) => `GET /api/api.test?n=${n} HTTP/1.1\r\nhost: x\r\n\r\n`
    const { answers } = await sendRaw(server().port, range(20).map(echo).join(''), { answers: 20 })
    assert.deepEqual(
      answers.map(({ json }) => json.args.n),
      range(20).map(String),
    )
  })

  test('after a broken request are not read', async () => {
    const title = `name=title&value=smuggled`
    const smuggled = `POST /api/users.profile.set HTTP/1.1\r\nhost: x\r\nauthorization: Bearer xoxp-ada\r\ncontent-type: ${FORM}\r\ncontent-length: ${title.length}\r\n\r\n${title}`
    const { closed } = await sendRaw(
      server().port,
      `${post}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    )
    assert.ok(closed)
  })

  test('that expect what nobody knows are answered', async () => {
    const bytes = `${post}expect: a miracle\r\nauthorization: Bearer xoxp-ada\r\ncontent-length: 0\r\n\r\n`
    const { answers, rest } = await sendRaw(server().port, bytes, { end: true })
    assert.equal(answers[0]?.json.user, 'ada', rest)
  })

  test('that ask for a tunnel are answered, and what comes through it is not read', async (t) => {
    const socket = connect({ port: server().port, host: '127.0.0.1', allowHalfOpen: true })
    t.after(() => socket.destroy())
    socket.resume().on('error', () => undefined)
    socket.write('CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(socket, 'end')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    // To a connection that nobody has any more, the second byte can no longer be sent.
    const sending = setInterval(() => socket.write('x'), 10)
    t.after(() => clearInterval(sending))
    await closed
  })

  test('of HTTP/1.0 are answered, and the connection closes', async () => {
    const { answers, closed } = await sendRaw(server().port, 'GET /api/api.test HTTP/1.0\r\n\r\n')
    assert.deepEqual(answers[0]?.json, { ok: true, args: {} })
    assert.ok(closed)
  })
})

describe('a header', () => {
  test('never carries what a caller chose', async () => {
    for (const error of ['a\r\nset-cookie: b=c', 'ü\u{1f682}', '\0', 'x'.repeat(100_000), '__proto__', 'constructor']) {
      const answer = await send(`${server().api}api.test`, {
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
        const answer = await send(`${server().api}auth.test`, { headers })
        assertSlackForm(answer, token)
        assert.equal(answer.json.error, 'invalid_auth')
      }
    })
  }

  test('with another scheme is no token', async () => {
    for (const authorization of ['Basic eG94cC1hZGE6', 'xoxp-ada', 'bearer', 'Bearer\txoxp-ada', '']) {
      const answer = await send(`${server().api}auth.test`, { headers: { authorization } })
      assertSlackForm(answer, authorization)
      assert.equal(answer.json.error, 'not_authed')
    }
  })

  test('that comes twice is read once', async () => {
    const answer = await send(`${server().api}auth.test`, {
      headers: { token: ['xoxp-ada', 'xoxp-pia'], 'x-slack-user': [ids.mel, ids.bob] },
    })
    assertSlackForm(answer, 'twice')
  })
})
