import assert from 'node:assert/strict'
import { test } from 'node:test'
import { charsetWarning } from './read-body.ts'

const warningOf = (contentType: string) =>
  charsetWarning({
    method: 'POST',
    path: '/api/api.test',
    query: '',
    headers: { 'content-type': contentType },
    body: Buffer.alloc(0),
    ip: '127.0.0.1',
  })

test('a boundary that looks like a charset is none', () => {
  assert.equal(warningOf('multipart/form-data; boundary="b; charset=x"'), undefined)
  assert.equal(warningOf('multipart/form-data; boundary="b; charset=x"; charset=utf-8'), 'superfluous_charset')
  assert.equal(warningOf('multipart/form-data; charset=utf-8; boundary="b"'), 'superfluous_charset')
})
