import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readContext } from './ocp-context.ts'

const NOTHING = { hasSession: false }
const SESSION = { context_id: 'ocp-0a1b2c3d', history: [{ metadata: { parameters: { token: 'xoxp-secret' } } }] }

test('a call without context has none', () => {
  assert.deepEqual(readContext({ authorization: 'Bearer xoxp-ada' }), NOTHING)
})

test('every header is read, and of a session only that it is there', () => {
  const context = readContext({
    'ocp-context-id': 'ocp-0a1b2c3d',
    'ocp-agent-type': 'ide_coding_assistant',
    'ocp-version': '1.0',
    'ocp-current-goal': 'tell everybody where I am',
    'ocp-user': 'ada',
    'ocp-workspace': 'coffee',
    'ocp-session': Buffer.from(JSON.stringify(SESSION)).toString('base64'),
  })
  assert.deepEqual(context, {
    contextId: 'ocp-0a1b2c3d',
    agentType: 'ide_coding_assistant',
    goal: 'tell everybody where I am',
    user: 'ada',
    workspace: 'coffee',
    hasSession: true,
  })
})

const INVALID: readonly (readonly [string, string])[] = [
  ['ocp-context-id', ''],
  ['ocp-context-id', '../../etc/passwd'],
  ['ocp-context-id', 'one, two'],
  ['ocp-context-id', 'a'.repeat(65)],
  ['ocp-agent-type', 'a'.repeat(65)],
  ['ocp-current-goal', ''],
  ['ocp-current-goal', 'x'.repeat(257)],
  ['ocp-current-goal', 'a\tb'],
  ['ocp-current-goal', Buffer.from('a\u0085b').toString('latin1')],
  ['ocp-user', 'x'.repeat(257)],
  ['ocp-workspace', 'x'.repeat(257)],
]
for (const [name, value] of INVALID) {
  test(`${name} ${JSON.stringify(value.slice(0, 20))} of ${value.length} characters is ignored, and it alone`, () => {
    assert.deepEqual(readContext({ 'ocp-agent-type': 'cli', 'ocp-user': 'ada', [name]: value }), {
      ...(name === 'ocp-agent-type' ? {} : { agentType: 'cli' }),
      ...(name === 'ocp-user' ? {} : { user: 'ada' }),
      hasSession: false,
    })
  })
}

test('each length that is allowed is taken', () => {
  const goal = 'x'.repeat(256)
  const contextId = 'a'.repeat(64)
  assert.deepEqual(readContext({ 'ocp-context-id': contextId, 'ocp-current-goal': goal }), {
    contextId,
    goal,
    hasSession: false,
  })
})

test('a goal in UTF-8 and one in Latin-1 are both read', () => {
  const utf8 = Buffer.from('Grüße 🚂').toString('latin1')
  assert.equal(readContext({ 'ocp-current-goal': utf8 }).goal, 'Grüße 🚂')
  assert.equal(readContext({ 'ocp-current-goal': 'Grüße' }).goal, 'Grüße')
})

test('tokens in a text are blotted out', () => {
  const goal = 'use xoxp-1-a_b.C, then xoxe.xoxb-9 and XAPP-1-A0; relaxapp-1 is none'
  assert.equal(
    readContext({ 'ocp-current-goal': goal }).goal,
    'use [token], then [token] and [token]; relaxapp-1 is none',
  )
  assert.equal(readContext({ 'ocp-current-goal': 'as my_xoxp-1 or xoxb%2D2' }).goal, 'as my_[token] or [token]')
  for (const name of ['ocp-agent-type', 'ocp-user', 'ocp-workspace']) {
    assert.ok(!JSON.stringify(readContext({ [name]: 'xoxa-secret' })).includes('secret'), name)
  }
})

test('nothing of a session is handed on', () => {
  const context = readContext({ 'ocp-session': packed(JSON.stringify(SESSION)) })
  assert.deepEqual(context, { hasSession: true })
})

test('a packed session of 60 KiB is read', () => {
  const header = packed(JSON.stringify({ ...SESSION, noise: randomNoise(45 * 1024) }))
  assert.ok(header.length > 60 * 1024 && header.length < 64 * 1024)
  assert.equal(readContext({ 'ocp-session': header }).hasSession, true)
})

test('a session that unpacks to more than is allowed is ignored, without unpacking all of it', () => {
  const bomb = packed(`{"a":"${'0'.repeat(40 * 1024 * 1024)}"}`)
  assert.ok(bomb.length < 64 * 1024)
  const before = process.memoryUsage().arrayBuffers
  assert.deepEqual(readContext({ 'ocp-session': bomb }), NOTHING)
  assert.ok(process.memoryUsage().arrayBuffers - before < 8 * 1024 * 1024)
})

const BROKEN_SESSIONS: Readonly<Record<string, string>> = {
  'no base64': 'not base64!',
  'no gzip': `gzip:${Buffer.from('{}').toString('base64')}`,
  'half a gzip': packed(JSON.stringify({ a: randomNoise(2000) })).slice(0, 800),
  'no JSON': Buffer.from('{').toString('base64'),
  'no object': Buffer.from('[]').toString('base64'),
  null: Buffer.from('null').toString('base64'),
  'no UTF-8': Buffer.from([0x22, 0xff, 0x22]).toString('base64'),
  'nested too deeply': Buffer.from(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`).toString('base64'),
  'too long': Buffer.from(JSON.stringify({ a: 'x'.repeat(64 * 1024) })).toString('base64'),
  'gzip of nothing': 'gzip:',
}
for (const [what, header] of Object.entries(BROKEN_SESSIONS)) {
  test(`a session that is ${what} is ignored`, () => {
    assert.deepEqual(readContext({ 'ocp-session': header }), NOTHING)
  })
}

function packed(text: string): string {
  return `gzip:${gzipSync(text).toString('base64')}`
}

function randomNoise(bytes: number): string {
  return randomBytes(bytes).toString('base64')
}
