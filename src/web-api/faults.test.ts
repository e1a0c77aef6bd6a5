import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startHarness } from '../../test/support/harness.ts'
import { aWorld } from '../../test/support/world.ts'
import { type ErrorCode, Refusal } from '../domain/errors.ts'
import type { Fault, Suffering } from './faults.ts'
import { createJournal } from './journal.ts'

/** A server whose next calls suffer these faults, one each. */
async function start(t: TestContext, ...coming: Partial<Fault>[]) {
  const seen: Suffering[] = []
  const journal = createJournal()
  const faults = {
    take(call: Suffering): Fault | undefined {
      seen.push(call)
      const fault = coming.shift()
      return fault && { id: 'F1', delayMs: 0, refusal: undefined, status: undefined, ...fault }
    },
  }
  const harness = await startHarness([aWorld()], undefined, { faults, journal })
  t.after(() => harness.close())
  const setTitle = (title: string) =>
    harness.call('users.profile.set', { as: 'xoxp-mel', args: { profile: { title } } })
  return { ...harness, seen, journal, setTitle }
}

function failing(code: string, seconds?: number): Refusal {
  return new Refusal(code as ErrorCode, [], undefined, seconds)
}

test('the call is answered what the fault says, in Slack’s form, and does nothing', async (t) => {
  const { setTitle, events, journal } = await start(t, { refusal: failing('partial_profile_set_failed') })
  const answer = await setTitle('Barista')
  assert.deepEqual([answer.status, answer.json], [200, { ok: false, error: 'partial_profile_set_failed' }])
  assert.equal(answer.headers['x-slack-failure'], 'partial_profile_set_failed')
  assert.ok(answer.headers['x-oauth-scopes']?.includes('users.profile:write'))
  assert.deepEqual(await events(), [])
  assert.deepEqual([journal.list()[0]?.fault, journal.list()[0]?.error], ['F1', 'partial_profile_set_failed'])

  assert.equal((await setTitle('Barista')).json.ok, true)
  assert.equal(journal.list()[1]?.fault, null)
})

test('a code that no header can carry stays in the body', async (t) => {
  const code = 'my code:\r\nx-evil: 1 ☕'
  const { setTitle } = await start(t, { refusal: failing(code) })
  const answer = await setTitle('Barista')
  assert.deepEqual(answer.json, { ok: false, error: code })
  assert.equal('x-slack-failure' in answer.headers, false)
  assert.doesNotMatch(JSON.stringify(answer.headers), /evil/)
})

test('a status takes the place of the one that goes with the code', async (t) => {
  const { setTitle, journal } = await start(t, { refusal: failing('internal_error'), status: 502 })
  const answer = await setTitle('Barista')
  assert.deepEqual([answer.status, answer.json.error], [502, 'internal_error'])
  assert.equal(journal.list()[0]?.status, 502)
})

test('Retry-After is what the fault says, with any status, and once', async (t) => {
  const { setTitle } = await start(
    t,
    { refusal: failing('ratelimited', 7) },
    { refusal: failing('ratelimited', 7), status: 200 },
    { refusal: failing('internal_error', 9), status: 500 },
    { refusal: failing('ratelimited') },
  )
  const answers = [await setTitle('a'), await setTitle('b'), await setTitle('c'), await setTitle('d')]
  assert.deepEqual(
    answers.map(({ status, headers }) => [status, headers['retry-after']]),
    [
      [429, '7'],
      [200, '7'],
      [500, '9'],
      [429, '1'],
    ],
  )
})

test('a delay alone holds the call up, and then it goes on', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { setTitle, events } = await start(t, { delayMs: 60_000 })
  let isAnswered = false
  const answering = setTitle('Barista').then((answer) => {
    isAnswered = true
    return answer
  })
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  await turn()
  t.mock.timers.tick(59_999)
  await turn()
  assert.deepEqual([isAnswered, await events()], [false, []])
  t.mock.timers.tick(1)
  assert.equal((await answering).json.profile.title, 'Barista')
})

test('a delay comes before the error, too', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { setTitle } = await start(t, { delayMs: 10, refusal: failing('fatal_error') })
  const answering = setTitle('Barista')
  await new Promise<void>((resolve) => setImmediate(resolve))
  t.mock.timers.tick(10)
  assert.equal((await answering).json.error, 'fatal_error')
})

test('faults are asked once the token is known, and before the team’s state, limits, scopes and arguments', async (t) => {
  const { call, seen } = await start(t, { refusal: failing('fatal_error') })
  for (const as of ['xoxp-nobody', undefined]) await call('users.profile.set', as === undefined ? {} : { as })
  await call('no.such.method', { as: 'xoxp-mel' })
  await call('users.profile.set', { as: 'xoxp-mel', body: '{' })
  assert.equal(seen.length, 0)

  assert.equal((await call('users.profile.set', { as: 'xoxp-narrow' })).json.error, 'fatal_error')
  assert.deepEqual(
    seen.map(({ method, token, caller }) => [method, token, caller?.user.name, caller?.grant.tokenId]),
    [['users.profile.set', 'xoxp-narrow', 'mel', 'narrow']],
  )
})

test('a method without token tells none', async (t) => {
  const { call, seen } = await start(t, { refusal: failing('fatal_error') })
  assert.equal((await call('api.test', { as: 'xoxp-mel' })).json.error, 'fatal_error')
  assert.deepEqual(seen, [{ method: 'api.test', caller: undefined, token: undefined }])
})
