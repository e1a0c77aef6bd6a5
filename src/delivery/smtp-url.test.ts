import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSmtpUrl } from './smtp-url.ts'

test('a URL names the server, how to sign in, and who the mails are from', () => {
  assert.deepEqual(parseSmtpUrl('smtps://people%40example.com:s%2Fcret@mail.example.com'), {
    host: 'mail.example.com',
    port: 465,
    secure: true,
    auth: { user: 'people@example.com', pass: 's/cret' },
    from: 'people@example.com',
  })
  assert.deepEqual(parseSmtpUrl('smtp://user:pass@mail.example.com:2525/?from=hr@example.com'), {
    host: 'mail.example.com',
    port: 2525,
    secure: false,
    auth: { user: 'user', pass: 'pass' },
    from: 'hr@example.com',
  })
  assert.partialDeepStrictEqual(parseSmtpUrl('smtp://mail.example.com'), {
    port: 587,
    auth: undefined,
    from: 'nametag@mail.example.com',
  })
  assert.partialDeepStrictEqual(parseSmtpUrl('smtp://127.0.0.1:25'), { host: '127.0.0.1', from: 'nametag@localhost' })
  assert.partialDeepStrictEqual(parseSmtpUrl('smtp://[::1]:25'), { host: '::1', from: 'nametag@localhost' })
})

test('everything else is none', () => {
  const wrong = [
    '',
    'mail.example.com',
    'mail.example.com:25',
    'http://mail.example.com',
    'smtp://',
    'smtp:///path',
    'smtp://mail.example.com/path',
    'smtp://mail.example.com/#x',
    'smtp://mail.example.com/?form=hr@example.com',
    'smtp://mail.example.com/?from=nobody',
    'smtp://mail.example.com/?from=a@b.example%0d%0aBcc:x@y.example',
    'smtp://user%ff@mail.example.com',
    'smtp://mail.example.com:99999',
  ]
  for (const text of wrong) assert.equal(parseSmtpUrl(text), undefined, text)
})
