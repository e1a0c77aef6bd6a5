import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { signatureOf } from './signature.ts'

// Slack's page on verifying requests works through this example.
test("a signature is the one of Slack's own example", () => {
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
    '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=' +
    '&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN' +
    '&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
  assert.equal(
    signatureOf('8f742231b10e8888abcd99yyyzzz85a5', 1531420618, body),
    'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  )
})

test('a signature covers the bytes of the text, the time and the secret', () => {
  const body = '{"text":"Grüße ☕"}'
  const expected = createHmac('sha256', 's')
    .update(Buffer.from(`v0:7:${body}`, 'utf8'))
    .digest('hex')
  assert.equal(signatureOf('s', 7, body), `v0=${expected}`)
  const others = [signatureOf('t', 7, body), signatureOf('s', 8, body), signatureOf('s', 7, `${body} `)]
  assert.equal(new Set([...others, signatureOf('s', 7, body)]).size, 4)
})

test('an app without a secret is signed with the empty one', () => {
  assert.match(signatureOf('', 1, ''), /^v0=[0-9a-f]{64}$/)
})
