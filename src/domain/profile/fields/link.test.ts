import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefusal } from '../../errors.ts'
import { parseLink } from './link.ts'

test('absolute http, https and mailto addresses are links', () => {
  for (const link of [
    'https://example.com',
    'http://x',
    'HTTPS://Example.com/a?b=c#d',
    'https://bücher.example/ü',
    'http://[::1]:80/',
    'mailto:a@b.example?subject=x',
    `https://${'x'.repeat(248)}`.slice(0, 40),
  ]) {
    assert.equal(parseLink(link, 'Xf01'), link)
  }
})

test('all else is refused', () => {
  for (const link of [
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    ' https://x.example',
    'https://x .example',
    'https://x.example/a b',
    'https://x.example ',
    'https://x.exa\nmple/',
    'https://x.example/\u0007',
    'mailto:a@b.example?subject=a b',
    'https:x.example',
    'https:///x',
    '//x.example',
    'x.example',
    'www.x.example',
    'ftp://x',
    'data:text/html,x',
    'mailto:',
    'mailto:x',
    'https://',
    'https://[',
    'https://x:99999',
    'file:///etc/passwd',
  ]) {
    const refusal = parseLink(link, 'Xf01')
    if (!isRefusal(refusal)) assert.fail(link)
    assert.equal(refusal.refused, 'profile_set_failed')
    assert.deepEqual(refusal.detail, { field: 'Xf01' })
  }
})

test('a link has at most 256 characters', () => {
  const link = (length: number) => 'https://x.example/'.padEnd(length, 'y')
  assert.equal(parseLink(link(256), 'Xf01'), link(256))
  const refusal = parseLink(link(257), 'Xf01')
  if (!isRefusal(refusal)) assert.fail('accepted')
  assert.deepEqual([refusal.refused, refusal.detail], ['too_long', { limit: 256, field: 'Xf01' }])
})
