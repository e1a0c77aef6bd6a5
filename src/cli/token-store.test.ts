import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/support/server.ts'
import { CannotStart } from './cannot-start.ts'
import { readToken } from './token-store.ts'

test('a file that only its owner can read gives the token', (t) => {
  const path = join(temporaryFolder(t), 'token')
  writeFileSync(path, 'xoxp-kept\n', { mode: 0o600 })
  for (const from of ['file', 'home'] as const) assert.equal(readToken({ from, path }), 'xoxp-kept')
})

for (const mode of [0o640, 0o604, 0o620, 0o644]) {
  test(`a file of mode ${mode.toString(8)} is refused, with what to run`, {
    skip: process.platform === 'win32',
  }, (t) => {
    const path = join(temporaryFolder(t), 'token')
    writeFileSync(path, 'xoxp-kept\n')
    chmodSync(path, mode)
    const message = `Others can read the token in ${path}; close it with: chmod 600 ${path}`
    assert.throws(() => readToken({ from: 'file', path }), new CannotStart(message))
  })
}

test('a missing file says what to do, and a file named says that it is missing', (t) => {
  const path = join(temporaryFolder(t), 'token')
  assert.throws(() => readToken({ from: 'home', path }), /There is no token: set NAMETAG_TOKEN, .*--token-file/)
  assert.throws(() => readToken({ from: 'file', path }), /cannot be read: ENOENT/)
})

test('what is no token is not repeated', () => {
  for (const token of ['xoxp secret', 'xoxp-\u0000secret', 's'.repeat(5000)]) {
    const read = () => readToken({ from: 'environment', name: 'SLACK_TOKEN', token })
    assert.throws(read, new CannotStart('SLACK_TOKEN holds something that is not one token.'))
  }
})
