import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startHarness } from '../../test/support/harness.ts'
import type { Request } from '../../test/support/request.ts'
import { aWorld, ids, NOW_SECONDS, TEAM } from '../../test/support/world.ts'
import { ARGS_LENGTH_MAX, CALLS_KEPT_MAX, createJournal, type RecordedCall } from './journal.ts'

async function start(t: TestContext) {
  const journal = createJournal()
  const harness = await startHarness([aWorld()], undefined, { journal })
  t.after(() => harness.close())
  const entryOf = async (method: string, request: Request) => {
    const answer = await harness.call(method, request)
    const entry = journal.list().at(-1)
    assert.ok(entry)
    return { entry, answer }
  }
  return { journal, entryOf }
}

test('a call is kept with all that was found out about it', async (t) => {
  const { entryOf } = await start(t)
  const { entry, answer } = await entryOf('users.profile.set', {
    as: 'xoxp-mel',
    args: { profile: { title: 'Barista', skype: 'x' } },
    headers: { 'content-type': 'application/json' },
    ip: '192.0.2.7',
  })
  const { duration_ms: duration, ...rest } = entry
  assert.deepEqual(rest, {
    id: answer.headers['x-slack-req-id'],
    at: NOW_SECONDS,
    method: 'users.profile.set',
    token_id: 'mel',
    user: ids.mel,
    team: TEAM,
    args: { profile: { title: 'Barista', skype: 'x' } },
    args_cut: false,
    context: null,
    ip: '192.0.2.7',
    status: 200,
    ok: true,
    error: null,
    warnings: ['missing_charset', ...answer.json.response_metadata.messages.map((line: string) => line.slice(7))],
    fault: null,
  })
  assert.equal(rest.warnings.length, 2)
  assert.ok(duration >= 0 && duration < 60_000)
})

test('a refused call is kept with its error and status', async (t) => {
  const { entryOf } = await start(t)
  const { entry } = await entryOf('users.profile.set', { as: 'xoxp-mel', args: {} })
  assert.deepEqual([entry.ok, entry.error, entry.status, entry.user], [false, 'invalid_profile', 200, ids.mel])
})

test('a call is kept also where its method, its token or its body is none', async (t) => {
  const { entryOf } = await start(t)
  const unknown = await entryOf('no.such.method', { as: 'xoxp-mel' })
  assert.deepEqual([unknown.entry.method, unknown.entry.error], ['no.such.method', 'unknown_method'])
  const stranger = await entryOf('auth.test', { as: 'xoxp-nobody' })
  assert.deepEqual([stranger.entry.error, stranger.entry.token_id, stranger.entry.user], ['invalid_auth', null, null])
  const broken = await entryOf('auth.test', { as: 'xoxp-mel', body: '{' })
  assert.deepEqual([broken.entry.error, broken.entry.args], ['invalid_json', {}])
})

for (const by of ['form', 'query', 'multipart', 'json'] as const) {
  test(`no token is kept that came by ${by}`, async (t) => {
    const { journal, entryOf } = await start(t)
    const args = {
      token: 'xoxp-mel',
      client_secret: 'my secret',
      text: 'mine is xoxb-bot-123 or xoxe.xoxp-1-abc, theirs xapp-1-A-2',
      profile: JSON.stringify({ title: 'xoxp-in-a-title', token: 'xoxp-deep' }),
    }
    const { entry } = await entryOf('users.profile.get', { args, by, as: 'xoxp-mel' })
    assert.equal(entry.args.token, '[hidden]')
    assert.equal(entry.args.client_secret, '[hidden]')
    assert.equal(entry.args.text, 'mine is [token] or [token], theirs [token]')
    assert.doesNotMatch(JSON.stringify(journal.list()), /xox|xapp|my secret/)
  })
}

test('secrets deep in a JSON body are hidden too', async (t) => {
  const { entryOf } = await start(t)
  const { entry } = await entryOf('users.profile.get', {
    as: 'xoxp-mel',
    args: { deep: [{ token: 'secret', 'xoxp-name': 'xoxp-value' }] },
  })
  assert.deepEqual(entry.args, { deep: [{ token: '[hidden]', '[token]': '[token]' }] })
})

test('no token is kept that a caller made the name of a key, a code or a method', async (t) => {
  const { journal, entryOf } = await start(t)
  const key = await entryOf('users.profile.set', { as: 'xoxp-mel', args: { profile: { 'my_xoxp-mel': 'x' } } })
  assert.deepEqual(key.entry.warnings, ['Ignored, because there are no such keys: `my_[token]`.'])
  const code = await entryOf('api.test', { args: { error: 'xoxp-mel' } })
  assert.deepEqual([code.answer.json.error, code.entry.error], ['xoxp-mel', '[token]'])
  await entryOf('xoxp%2Dmel', {})
  assert.doesNotMatch(JSON.stringify(journal.list()), /xox/)
})

test('of an agent’s session only its presence is kept', async (t) => {
  const { journal, entryOf } = await start(t)
  const session = Buffer.from(JSON.stringify({ history: [{ token: 'xoxp-earlier' }] })).toString('base64')
  const { entry } = await entryOf('auth.test', {
    as: 'xoxp-mel',
    headers: {
      'ocp-context-id': 'ctx-1',
      'ocp-agent-type': 'assistant',
      'ocp-current-goal': 'set a status with xoxp-mel',
      'ocp-session': session,
    },
  })
  assert.deepEqual(entry.context, {
    id: 'ctx-1',
    agent_type: 'assistant',
    goal: 'set a status with [token]',
    session: true,
  })
  assert.ok(!JSON.stringify(journal.list()).includes(session))
})

for (const by of ['form', 'json', 'query'] as const) {
  test(`long arguments are cut, by ${by}`, async (t) => {
    const { entryOf } = await start(t)
    const args = { short: 'kept', long: 'x'.repeat(50_000), after: 'left out' }
    const { entry } = await entryOf('api.test', { args, by })
    assert.equal(entry.args_cut, true)
    assert.deepEqual(Object.keys(entry.args), ['short', 'long'])
    assert.equal(entry.args.short, 'kept')
    assert.match(String(entry.args.long), /^x{9000,}…$/)
    assert.ok(JSON.stringify(entry.args).length <= ARGS_LENGTH_MAX + 100)
  })
}

test('a long body of short arguments is kept up to the bound', async (t) => {
  const { entryOf } = await start(t)
  const args = Object.fromEntries(
    Array.from({ length: 150 }, (_, index) => [`argument${index}`, `${'value '.repeat(20)}${index}`]),
  )
  const { entry } = await entryOf('api.test', { args })
  assert.equal(entry.args_cut, true)
  assert.equal(entry.args.argument10, `${'value '.repeat(20)}10`)
  assert.ok(JSON.stringify(entry.args).length < 2 * ARGS_LENGTH_MAX)
})

test('a long object is cut as text', async (t) => {
  const { entryOf } = await start(t)
  const { entry } = await entryOf('api.test', { args: { profile: { title: 'x'.repeat(20_000), token: 'secret' } } })
  assert.match(String(entry.args.profile), /^\{"title":"x+…$/)
})

test('names that a caller chooses are cut', async (t) => {
  const { entryOf } = await start(t)
  const unknown = await entryOf('m'.repeat(5000), {})
  assert.equal(unknown.entry.method.length, 255)
  const own = await entryOf('api.test', { args: { error: 'e'.repeat(5000) } })
  assert.equal(own.entry.error?.length, 255)
})

test(`the last ${CALLS_KEPT_MAX} calls are kept, the newest last`, () => {
  const journal = createJournal()
  for (let index = 0; index < 2.5 * CALLS_KEPT_MAX; index++) journal.record(aCall({ requestId: `${index}` }))
  const entries = journal.list()
  assert.equal(entries.length, CALLS_KEPT_MAX)
  assert.deepEqual([entries[0]?.id, entries.at(-1)?.id], ['15000', '24999'])
  journal.clear()
  assert.deepEqual(journal.list(), [])
  journal.record(aCall({ requestId: 'again' }))
  assert.deepEqual(
    journal.list().map(({ id }) => id),
    ['again'],
  )
})

test('fewer are kept where their arguments are long', () => {
  const journal = createJournal()
  const body = Buffer.alloc(ARGS_LENGTH_MAX)
  for (let index = 0; index < CALLS_KEPT_MAX; index++) journal.record(aCall({ requestId: `${index}`, body }))
  const entries = journal.list()
  assert.ok(entries.length > 3000 && entries.length < 4000, `${entries.length}`)
  assert.equal(entries.at(-1)?.id, `${CALLS_KEPT_MAX - 1}`)
})

function aCall({ requestId, body = Buffer.alloc(0) }: { requestId: string; body?: Buffer }): RecordedCall {
  return {
    requestId,
    at: NOW_SECONDS * 1000,
    durationMs: 1,
    method: 'api.test',
    call: { method: 'POST', path: '/api/api.test', query: '', headers: {}, body, ip: '127.0.0.1' },
    args: undefined,
    grant: undefined,
    status: 200,
    error: undefined,
    warning: undefined,
    notices: [],
    faultId: undefined,
  }
}
