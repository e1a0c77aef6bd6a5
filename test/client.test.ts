import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { NametagError, nametag, type Options, orThrow } from '../src/client/client.ts'
import { type Nametag, startNametag } from '../src/testing/start.ts'

/** The typed client against the real server. How it waits and fails stands in client-failing.test.ts. */

async function start(t: TestContext): Promise<Nametag> {
  const server = await startNametag({ frozen: true })
  t.after(() => server.stop())
  return server
}

const as = (server: Nametag, who: string, options: Options = {}) =>
  nametag({ token: server.token(who), apiUrl: server.api, ...options })

test('a method stands where the dots of its name lead', async (t) => {
  const server = await start(t)
  const api = as(server, 'ada')
  const set = await api.users.profile.set({ profile: { status_text: 'riding a train', status_emoji: ':train:' } })
  assert.ok(set.ok)
  assert.deepEqual([set.username, set.profile.status_text], ['ada', 'riding a train'])
  const got = await api.users.profile.get({ user: 'U0ADA00001' })
  assert.equal(got.ok && got.profile.status_emoji, ':train:')
  const info = await api.users.info({ user: 'U0MEL00001', include_locale: true })
  assert.equal(info.ok && info.user.locale, 'en-US')
  const team = await api.team.profile.get({ visibility: 'visible' })
  assert.ok(team.ok && team.profile.fields.length > 0)
})

test('objects go as JSON in a form, and what is null or undefined does not go', async (t) => {
  const server = await start(t)
  const fields = { Xf0DRINK01: ['Tea', { value: 'Mocha', alt: '' }], Xf0ROLE001: 'Analyst & "poet" + 100 % ☕' }
  const answer = await as(server, 'ada').users.profile.set({ user: null, profile: { fields }, name: undefined })
  assert.ok(answer.ok)
  assert.equal(answer.profile.fields?.Xf0ROLE001?.value, 'Analyst & "poet" + 100 % ☕')
  assert.equal(answer.profile.fields?.Xf0DRINK01?.value, 'Tea,Mocha')
  assert.equal(answer.warning, undefined)
  const [call] = await server.calls()
  assert.deepEqual([call?.args, call?.warnings], [{ profile: JSON.stringify({ fields }) }, []])
})

test('a profile that was read can be sent back whole', async (t) => {
  const server = await start(t)
  const { users } = as(server, 'ada')
  const { profile } = await orThrow(users.profile.get())
  const answer = await orThrow(users.profile.set({ profile: { ...profile, title: 'Countess' } }))
  assert.deepEqual(answer.profile, { ...profile, title: 'Countess' })
})

describe('a refusal', () => {
  test('is an answer, with what stands beside the code', async (t) => {
    const answer = await as(await start(t), 'ada').users.profile.set({ profile: { title: 'a'.repeat(256) } })
    assert.ok(!answer.ok)
    assert.deepEqual([answer.error, answer.limit, answer.field], ['too_long', 255, 'title'])
    assert.match(answer.response_metadata?.messages?.[0] ?? '', /title/)
  })

  test('is thrown where the caller asks for that', async (t) => {
    const { users } = as(await start(t), 'gus')
    await assert.rejects(orThrow(users.profile.set({ user: 'U0MEL00001', profile: { title: 'x' } })), (error) => {
      assert.ok(error instanceof NametagError)
      assert.deepEqual([error.name, error.code, error.answer.ok], ['NametagError', 'not_admin', false])
      assert.match(error.message, /^not_admin/)
      return true
    })
  })

  test('of a method that is not there is one, too', async (t) => {
    const api = as(await start(t), 'ada') as unknown as { chat: { postMessage(args: object): Promise<object> } }
    const answer = await api.chat.postMessage({ text: 'hello' })
    assert.deepEqual(answer, { ok: false, error: 'unknown_method', req_method: 'chat.postMessage' })
  })
})

test('each call can have a token of its own', async (t) => {
  const server = await start(t)
  const api = nametag({ apiUrl: server.api.slice(0, -1) })
  const answer = await api.auth.test({}, { token: server.token('mel') })
  assert.equal(answer.ok && answer.user, 'mel')
  const without = await api.auth.test()
  assert.equal(without.ok || without.error, 'not_authed')
  assert.equal((await api.api.test()).ok, true)
})

test('a workspace token acts as the member in the header', async (t) => {
  const server = await start(t)
  const token = await server.newToken('ada', { kind: 'workspace' })
  const api = as(server, 'ada', { token, headers: { 'X-Slack-User': 'U0MEL00001' } })
  const answer = await api.users.profile.set({ profile: { title: 'Roaster' } })
  assert.equal(answer.ok && answer.username, 'mel')
})

test('neither the client nor a group of its methods is waited for', async (t) => {
  const api = as(await start(t), 'ada')
  assert.equal((await api).users === undefined, false)
  assert.equal((await api.users.profile.set) instanceof Function, true)
  const { get } = (await api.users).profile
  assert.equal((await get()).ok, true)
})

test('the client runs where there is nothing but what browsers have too', async (t) => {
  const server = await start(t)
  const program = join(import.meta.dirname, 'support', 'run-without-node.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    program,
    server.api,
    server.token('ada'),
  ])
  const { modules, globals, outcomes } = JSON.parse(stdout)
  assert.ok(modules.length > 3)
  assert.deepEqual(
    modules.filter((name: string) => !name.startsWith('src/client/')),
    [],
  )
  assert.deepEqual(globals, { process: 'undefined', Buffer: 'undefined', require: 'undefined' })
  assert.deepEqual(outcomes, ['riding a train', 'not_admin', 'unreachable'])
})
