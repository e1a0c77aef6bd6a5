import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEmail } from './email.ts'

test('an address has an @, a domain and no spaces', () => {
  for (const email of [
    'john@smith.com',
    "o'neil+tag@mail.coffee.example",
    'JOHN@SMITH.COM',
    'jö@bücher.example',
    'a@x.y',
    `${'l'.repeat(64)}@x.example`,
    'a@1.2.3.4',
    addressOf(254),
  ]) {
    assert.equal(isEmail(email), true, email)
  }
})

test('whatever else is no address', () => {
  for (const email of [
    '',
    'john',
    'john@',
    '@smith.com',
    'john@smith',
    'john@@smith.com',
    'jo@hn@smith.com',
    'jo hn@smith.com',
    ' john@smith.com',
    'john@smith.com\n',
    'john@smith.com\r\nBcc: x@y.z',
    'john@smith..com',
    'john@.com',
    'john@smith.com.',
    'john@-smith.com',
    'john@smi_th.com',
    'a@x.example,b@x.example',
    '<john@smith.com>',
    'john\u200b@smith.com',
    `${'l'.repeat(65)}@x.example`,
    `a@${'x.'.repeat(130)}example`,
    addressOf(255),
  ]) {
    assert.equal(isEmail(email), false, JSON.stringify(email))
  }
})

/** An address of so many characters, right but for its length. */
function addressOf(length: number): string {
  const address = `a@${`${'x'.repeat(59)}.`.repeat(4)}`
  return `${address}${'x'.repeat(length - address.length)}`
}
