import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeError, withoutSecrets } from './describe-error.ts'

describe('what the log says of an error', () => {
  test('names it, its code and where it arose', () => {
    const seen = describeError(Object.assign(new TypeError('That is wrong.'), { code: 'EWRONG' }))
    assert.partialDeepStrictEqual(seen, { type: 'TypeError', message: 'That is wrong.', code: 'EWRONG' })
    assert.match(seen.stack ?? '', /describe-error\.test\.ts:\d+/)
  })

  test('leaves out what else an error carries', () => {
    const error = Object.assign(new Error('The row was refused.'), { detail: 'Key (email)=(ada@example.com) exists' })
    assert.deepEqual(Object.keys(describeError(error)).sort(), ['message', 'stack', 'type'])
  })

  test('goes down to the causes, and not for ever', () => {
    const loop = new Error('round')
    loop.cause = loop
    let depth = 0
    for (let seen = describeError(loop).cause; seen; seen = seen.cause) depth += 1
    assert.equal(depth, 3)
    const many = new AggregateError(
      Array.from({ length: 100 }, (_, index) => new Error(`no ${index}`)),
      'all',
    )
    assert.equal(describeError(many).errors?.length, 4)
  })

  test('takes what is thrown without being an error', () => {
    assert.deepEqual(describeError('xoxp-secret'), { type: 'string', message: 'xoxp-…' })
    assert.deepEqual(describeError(undefined), { type: 'undefined', message: 'undefined' })
  })
})

describe('a text', () => {
  const CASES = [
    ['the token xoxp-12-ab.c was sent', 'the token xoxp-… was sent'],
    ['xapp-1-A0-2-f and xoxe.xoxp-1-x', 'xapp-… and xoxe.xoxp-…'],
    [
      'connect postgres://nametag:hunter2@db.internal:5432/nametag failed',
      'connect postgres://db.internal:5432 failed',
    ],
    ['POST https://hooks.example.com/T1/secret?key=1 is away', 'POST https://hooks.example.com is away'],
    ['smtps://user:p%40ss@mail.example.com?from=a@example.com', 'smtps://mail.example.com'],
    ['http://[::1]:4390/x', 'http://[::1]:4390'],
    ['postgres://user:pass/word@db.internal/x is no address', 'postgres://… is no address'],
    ['no mailbox <ada.lovelace@mail.example.com>', 'no mailbox <…@…>'],
    [`Unexpected token 'h', "hunter2 {" is not valid JSON`, `Unexpected token 'h', … is not valid JSON`],
    ['at file:///srv/node_modules/@scope/pg@8.0.0/x.js:1:2', 'at file:///srv/node_modules/@scope/pg@8.0.0/x.js:1:2'],
  ] as const
  for (const [text, told] of CASES) test(`is told as ${told}`, () => assert.equal(withoutSecrets(text), told))

  test('is cut where it is very long', () => {
    assert.equal(withoutSecrets('a'.repeat(1_000_000)).length, 8000)
  })

  test('of hostile length and form takes no time', { timeout: 20_000 }, () => {
    for (const part of ['"', '@', 'a@', 'http://', 'xoxp-', 'a.']) withoutSecrets(part.repeat(100_000))
  })
})
