import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { buildGo } from './support/go.ts'
import { until } from './support/process.ts'
import { type Cleanup, startTestServer } from './support/server.ts'
import { type Message, soon } from './support/socket-client.ts'
import { startSocketServer } from './support/socket-server.ts'
import { ALL_SCOPES, anApp, aWorld, ids, NOW_SECONDS, STATUS_APP, TEAM, withGrant, withTeam } from './support/world.ts'

/** Debian's slack-go, unmodified, in the program of test/go, against a real port. */

const SOURCES = join(import.meta.dirname, 'go')
const EXPIRATION = NOW_SECONDS + 3600

test('slack-go', async (t) => {
  const program = await buildGo(t, SOURCES)
  if (program === undefined) return

  await t.test('sets a status and reads it back', async (t) => {
    const { server, call } = await start(t)
    await call('xoxp-ada', 'SetUserCustomStatus', 'riding a train', ':train:', EXPIRATION)
    const status = { status_text: 'riding a train', status_emoji: ':train:', status_expiration: EXPIRATION }
    assert.partialDeepStrictEqual(await call('xoxp-ada', 'GetUserProfile', ids.ada, false), status)
    await call('xoxp-ada', 'SetUserCustomStatus', 'no emoji', '', 0)
    const second = { status_text: 'no emoji', status_emoji: ':speech_balloon:', status_expiration: 0 }
    assert.partialDeepStrictEqual(await call('xoxp-mel', 'GetUserProfile', ids.ada, false), second)

    await call('xoxp-ada', 'UnsetUserCustomStatus')
    const { status_text, status_emoji } = await call('xoxp-ada', 'GetUserProfile', '', false)
    // It leaves out what is empty.
    assert.deepEqual([status_text, status_emoji], [undefined, undefined])
    assert.equal((await server.events()).length, 6)
  })

  await t.test('sets somebody else’s status, and hears who may not', async (t) => {
    const { server, call, refusal } = await start(t)
    await call('xoxp-ada', 'SetUserCustomStatusWithUser', ids.mel, 'on holiday', ':palm_tree:', EXPIRATION)
    const user = await call('xoxp-ada', 'GetUserInfo', ids.mel)
    assert.partialDeepStrictEqual(user, {
      id: ids.mel,
      team_id: TEAM,
      name: 'mel',
      real_name: 'Mel Member',
      profile: { status_text: 'on holiday', status_emoji: ':palm_tree:', email: 'mel@coffee.example' },
    })
    assert.ok(user.updated > 0)
    const told = await server.events()
    const refused = await refusal('xoxp-mel', 'SetUserCustomStatusWithUser', ids.bob, 'ha', ':train:', 0)
    assert.partialDeepStrictEqual(refused, { kind: 'slack.SlackErrorResponse', text: 'not_admin' })
    assert.deepEqual(await server.events(), told)
  })

  await t.test('sets a name of more than one word', async (t) => {
    const { call } = await start(t)
    await call('xoxp-ada', 'SetUserRealName', 'Augusta Ada King')
    assert.partialDeepStrictEqual(await call('xoxp-ada', 'GetUserProfile', '', false), {
      real_name: 'Augusta Ada King',
      first_name: 'Augusta Ada',
      last_name: 'King',
    })
  })

  await t.test('reads custom fields of every type, with their labels', async (t) => {
    const { server, call } = await start(t)
    const fields = {
      Xf0TEXT001: { value: 'Head of tea', alt: '' },
      Xf0LINK001: { value: 'https://ada.example', alt: 'my page' },
      Xf0DATE001: { value: '1815-12-10', alt: '' },
      Xf0TAGS001: { value: ['Mocha', 'Latte'], alt: '' },
      Xf0USER001: { value: `${ids.pia},${ids.owen}`, alt: '' },
    }
    await set(server.api, 'xoxp-ada', { fields })
    const read = await call('xoxp-ada', 'GetUserProfile', ids.ada, true)
    assert.deepEqual(read.fields, {
      Xf0TEXT001: { value: 'Head of tea', alt: '', label: 'Role' },
      Xf0LINK001: { value: 'https://ada.example', alt: 'my page', label: 'Home page' },
      Xf0DATE001: { value: '1815-12-10', alt: '', label: 'Birthday' },
      Xf0TAGS001: { value: 'Mocha,Latte', alt: '', label: 'Skills' },
      Xf0USER001: { value: `${ids.pia},${ids.owen}`, alt: '', label: 'Manager' },
    })
  })

  await t.test('writes back what it read, as its own types spell it, with one key changed', async (t) => {
    const { server, call } = await start(t)
    await set(server.api, 'xoxp-ada', { title: 'Countess', fields: { Xf0TEXT001: { value: 'Head of tea', alt: '' } } })
    const before = await call('xoxp-ada', 'GetUserProfile', ids.ada, false)
    assert.ok('image_original' in before && 'skype' in before, 'its type has keys that nobody can set')
    await set(server.api, 'xoxp-ada', { ...before, title: 'Analyst' })
    const after = await call('xoxp-ada', 'GetUserProfile', ids.ada, false)
    assert.deepEqual(after, { ...before, title: 'Analyst' })
    // Where there are no fields, its type is an empty list.
    const mel = await call('xoxp-mel', 'GetUserProfile', '', false)
    assert.deepEqual(mel.fields, [])
    await set(server.api, 'xoxp-mel', mel)
    assert.equal((await server.events()).filter((event) => event.endsWith(ids.mel)).length, 0)
  })

  await t.test('tells whose token it has, and each refusal as its code', async (t) => {
    const { server, call, refusal } = await start(t)
    assert.partialDeepStrictEqual(await call('xoxp-ada', 'AuthTest'), {
      url: `${server.url}/`,
      user: 'ada',
      user_id: ids.ada,
      team_id: TEAM,
    })
    // The sentence beside the code does not reach its user: this version drops it on the way.
    const long = await refusal('xoxp-ada', 'SetUserCustomStatus', 'x'.repeat(101), ':train:', 0)
    assert.deepEqual([long.text, long.messages], ['too_long', null])
    for (const [token, text] of [
      ['xoxp-nobody', 'invalid_auth'],
      ['', 'not_authed'],
      ['xoxp-narrow', 'missing_scope'],
      ['xoxb-bot', 'not_allowed_token_type'],
    ] as const) {
      const refused = await refusal(token, 'SetUserCustomStatus', 'x', ':train:', 0)
      assert.partialDeepStrictEqual(refused, { kind: 'slack.SlackErrorResponse', text })
    }
    assert.deepEqual(await server.events(), [])
  })

  await t.test('hears of a limit how long to wait', async (t) => {
    const { server, call, refusal } = await start(t, { rateLimits: true })
    for (let count = 1; count <= 10; count++) await call('xoxp-ada', 'SetUserCustomStatus', `${count}`, ':train:', 0)
    assert.partialDeepStrictEqual(await refusal('xoxp-ada', 'SetUserCustomStatus', '11', ':train:', 0), {
      kind: '*slack.RateLimitedError',
      retryAfterSeconds: 60,
    })
    server.clock.advance(60_000)
    await call('xoxp-ada', 'SetUserCustomStatus', '11', ':train:', 0)
  })

  await t.test('comes here through its HTTP client as well, whatever address it takes', async (t) => {
    const { server } = await start(t)
    const { result } = await run(program, ['-through-client', server.api, 'xoxp-ada', 'AuthTest'])
    assert.equal(result.user, 'ada')
  })

  await t.test('listens in Socket Mode, and acknowledges', async (t) => {
    const events = ['tokens_revoked', 'user_change', 'user_profile_changed'] as const
    const app = { ...anApp(), socketMode: true, events }
    const world = withTeam((team) => ({ ...team, apps: new Map([[STATUS_APP, app]]) }))(aWorld())
    const server = await startSocketServer(t, { worlds: [world] })
    const heard = listen(t, program, [server.api, 'xapp-bot', 'ListenToSocketMode'])
    await heard.of('hello')

    await server.call('users.profile.set', 'xoxp-ada', { name: 'title', value: 'Countess' })
    const changed = await heard.of('user_change')
    assert.deepEqual([changed.event.user.id, changed.event.user.profile.title], [ids.ada, 'Countess'])
    assert.equal(changed.team, TEAM)
    // This version has no type for the event beside it.
    const sibling = await heard.of('unknown')
    assert.deepEqual([sibling.event.type, sibling.event.user.id], ['user_profile_changed', ids.ada])
    await server.call('auth.revoke', 'xoxp-mel')
    assert.deepEqual((await heard.of('tokens_revoked')).event.tokens, { oauth: [ids.mel], bot: [] })

    await soon(server.relay.settled(), 'settling')
    const acknowledged = server.relay.deliveries().map(({ type, ok }) => `${type} ${ok}`)
    assert.deepEqual(acknowledged.sort(), ['tokens_revoked true', 'user_change true', 'user_profile_changed true'])
    assert.deepEqual(server.problems, [])
  })

  await t.test('listens over RTM', async (t) => {
    const streams = withGrant('xoxp-ada', (grant) => ({ ...grant, scopes: [...ALL_SCOPES, 'rtm:stream'] }))
    const server = await startSocketServer(t, { worlds: [streams(aWorld())] })
    const heard = listen(t, program, [server.api, 'xoxp-ada', 'ListenToRTM'])
    const { event } = await heard.of('connected')
    assert.partialDeepStrictEqual(event.Info, { self: { id: ids.ada }, team: { id: TEAM } })
    await heard.of('hello')

    await server.call('users.profile.set', 'xoxp-mel', { name: 'title', value: 'Head barista' })
    const changed = await heard.of('user_change')
    assert.deepEqual([changed.event.user.id, changed.event.user.profile.title], [ids.mel, 'Head barista'])
    assert.deepEqual(server.problems, [])
  })

  async function start(t: Cleanup, options: { readonly rateLimits?: boolean } = {}) {
    const server = await startTestServer(t, options)
    const make = (token: string, name: string, rest: readonly (string | number | boolean)[]) =>
      run(program as string, [server.api, token, name, ...rest.map(String)])
    return {
      server,
      async call(token: string, name: string, ...rest: (string | number | boolean)[]): Promise<Message> {
        const { result, error } = await make(token, name, rest)
        assert.equal(error, undefined, JSON.stringify(error))
        return result
      },
      async refusal(token: string, name: string, ...rest: (string | number | boolean)[]): Promise<Message> {
        const { error } = await make(token, name, rest)
        assert.ok(error, `${name} was not refused`)
        return error
      },
    }
  }
})

async function run(program: string, argv: readonly string[]): Promise<Message> {
  const { stdout } = await promisify(execFile)(program, argv)
  return JSON.parse(stdout)
}

/** What the program says, line by line, until the test ends. */
function listen(t: TestContext, program: string, argv: readonly string[]): { of(type: string): Promise<Message> } {
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const heard: Message[] = []
  createInterface({ input: child.stdout }).on('line', (line) => heard.push(JSON.parse(line)))
  const of = (type: string) =>
    soon(
      until(() => heard.find((message) => message.type === type)),
      `hearing of ${type}`,
    )
  return { of }
}

async function set(api: string, token: string, profile: object): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' }
  const response = await fetch(`${api}users.profile.set`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ profile }),
  })
  assert.equal(((await response.json()) as { ok: boolean }).ok, true)
}
