import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../test/support/server.ts'
import { openState } from './state-file.ts'

const PLACE = { api: 'http://127.0.0.1:1/api/', team: 'T01' }

test('what was added is there after a crash, but for a line that was cut off', (t) => {
  const path = join(temporaryFolder(t), 'state')
  const first = openState(path, PLACE)
  first.add('one')
  first.add('two')
  first.close()
  appendFileSync(path, 'thr')
  const second = openState(path, PLACE)
  assert.deepEqual(
    ['one', 'two', 'thr', 'three'].map((digest) => second.has(digest)),
    [true, true, false, false],
  )
  second.add('three')
  second.close()
  assert.deepEqual(readFileSync(path, 'utf8').split('\n').slice(1), ['one', 'two', 'three', ''])
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a file that is cut off in its first line begins anew, and one without rows is not left behind', (t) => {
  const path = join(temporaryFolder(t), 'state')
  writeFileSync(path, '{"form":"name')
  openState(path, PLACE).close()
  assert.equal(existsSync(path), false)
})

test('another file is not overwritten, nor another run taken for this one', (t) => {
  const path = join(temporaryFolder(t), 'state')
  writeFileSync(path, 'id,title\nU01,a\n')
  assert.throws(() => openState(path, PLACE), /is no state file/)
  assert.equal(readFileSync(path, 'utf8'), 'id,title\nU01,a\n')
  writeFileSync(path, '')
  const other = openState(path, { ...PLACE, team: 'T02' })
  other.add('one')
  other.close()
  assert.throws(() => openState(path, PLACE), /another server or team/)
})
