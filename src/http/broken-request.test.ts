import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { sendRaw } from '../../test/support/raw.ts'
import { assertSlackForm } from '../../test/support/slack-form.ts'
import { listen } from './listener.ts'

const WHOLE = 'GET /api/a HTTP/1.1\r\nhost: x\r\n\r\n'
const BROKEN: readonly (readonly [what: string, bytes: string, status: number])[] = [
  ['bytes that are no request', 'BROKEN\r\n\r\n', 400],
  ['two framings', 'POST /api/a HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n', 400],
  ['a body that breaks off', 'POST /api/a HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc', 408],
  ['a wish for a tunnel', 'CONNECT a:1 HTTP/1.1\r\nhost: x\r\n\r\n', 400],
]
for (const [what, bytes, status] of BROKEN) {
  test(`calls that came whole are answered as such, before ${what}`, async (t) => {
    const codes: string[] = []
    const server = await listen({
      host: '127.0.0.1',
      port: 0,
      // Each answer comes after everything has been read.
      answerCall: () => setImmediate({ status: 200, headers: [], body: '{"ok":true}' }),
      onTurnedAway: (code) => codes.push(code),
      addRoutes: () => undefined,
      log: { error: () => assert.fail('nothing is logged') },
    })
    t.after(() => server.close())
    const { answers, rest, closed } = await sendRaw(server.port, WHOLE + WHOLE + bytes, { end: true })
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [200, 200, status],
      rest,
    )
    const last = answers[2] ?? assert.fail()
    assertSlackForm(last, what)
    assert.deepEqual(codes, [last.json.error])
    assert.ok(closed)
  })
}
