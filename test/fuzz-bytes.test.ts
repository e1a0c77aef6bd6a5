import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { withHostileCallers } from './support/hostile.ts'
import { sendRaw } from './support/raw.ts'
import { assertSlackFormOr4xx } from './support/slack-form.ts'

/** Requests with a few bytes changed, over a real connection. `NAMETAG_FUZZ_RUNS` makes more of them. */

const RUNS = Number(process.env.NAMETAG_FUZZ_RUNS ?? 2000) / 4
const SEED = Number(process.env.NAMETAG_FUZZ_SEED ?? 20_260_115)

const server = withHostileCallers()

const FORM = 'content-type: application/x-www-form-urlencoded'
const JSON_TYPE = 'content-type: application/json'
const BEARER = 'authorization: Bearer xoxp-ada'
const post = (method: string, headers: readonly string[], body: string) =>
  [`POST /api/${method} HTTP/1.1`, 'host: x', ...headers, '', body].join('\r\n')

/** None of them could write, whatever is left out. */
const REQUESTS = [
  'GET /api/api.test?a=1&b=%C3%A4 HTTP/1.1\r\nhost: x\r\naccept: */*\r\n\r\n',
  'GET /api/users.profile.get HTTP/1.0\r\nauthorization: Bearer xoxp-ada\r\n\r\n',
  post('api.test', [FORM, 'content-length: 7'], 'a=1&b=2'),
  post('auth.test', [BEARER, JSON_TYPE, 'transfer-encoding: chunked'], '2\r\n{}\r\n0\r\n\r\n'),
  post('users.profile.set', [JSON_TYPE, 'content-length: 25'], '{"profile":{"title":"x"}}'),
  post('users.profile.set', [BEARER, FORM, 'content-length: 9'], 'profile={'),
  post(
    'api.test',
    ['content-type: multipart/form-data; boundary=b', 'content-length: 59'],
    '--b\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--b--\r\n',
  ),
]
const SPLINTERS = [
  '\r\n',
  '\n',
  '\r',
  ':',
  ' ',
  '\t',
  '\0',
  '%',
  '#',
  '?',
  '\xff',
  'http://a/',
  'transfer-encoding: chunked\r\n',
  'content-length: 5\r\n',
  'host: y\r\n',
  'expect: x\r\n',
  '0\r\n\r\n',
  'CONNECT ',
  ...REQUESTS,
]

/** Where, how many bytes are taken out there, and what is put in their place. */
const edit = fc.record({
  at: fc.noBias(fc.nat({ max: 1000 })),
  removed: fc.nat({ max: 6 }),
  added: fc.oneof(fc.constant(''), fc.constantFrom(...SPLINTERS), fc.nat({ max: 255 }).map(String.fromCharCode)),
})
const bytes = fc
  .record({ request: fc.constantFrom(...REQUESTS), edits: fc.array(edit, { minLength: 1, maxLength: 3 }) })
  .map(({ request, edits }) =>
    edits.reduce((text, { at, removed, added }) => {
      const place = Math.floor((at / 1000) * text.length)
      return text.slice(0, place) + added + text.slice(place + removed)
    }, request),
  )

test(`${RUNS} requests with changed bytes are answered in Slack's form, and the connection ends`, async (t) => {
  let readable = 0
  await fc.assert(
    fc.asyncProperty(bytes, async (sent) => {
      const { answers, rest, closed } = await sendRaw(server().port, Buffer.from(sent, 'latin1'), { end: true })
      assert.ok(closed)
      assert.equal(rest, '')
      assert.ok(answers.length > 0)
      for (const answer of answers) assertSlackFormOr4xx(answer, sent)
      if (answers[0]?.status === 200) readable += 1
    }),
    { numRuns: RUNS, seed: SEED },
  )
  t.diagnostic(`${readable} of them could be read`)
  assert.ok(readable > RUNS / 20, `only ${readable} could be read: the changes are too wild to test much`)
})
