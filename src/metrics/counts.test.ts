import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Counts } from './counts.ts'

test('what is known stands at 0, and what is not known is counted together', () => {
  const counts = new Counts({ webhook: ['ok', 'http_error'], socket_mode: ['ok'] })
  counts.add('webhook', 'ok')
  for (const outcome of ['weird', 'odd']) counts.add('socket_mode', outcome)
  assert.deepEqual(counts.read(), [
    { kind: 'webhook', outcome: 'ok', count: 1 },
    { kind: 'webhook', outcome: 'http_error', count: 0 },
    { kind: 'socket_mode', outcome: 'ok', count: 0 },
    { kind: 'socket_mode', outcome: 'other', count: 2 },
  ])
})
