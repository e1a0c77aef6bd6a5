import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { LogLevel, WebClient, WebClientEvent, type WebClientOptions } from '@slack/web-api'
import { WebClient as WebClient7 } from '@slack/web-api-7'
import { startNametag } from '../src/testing/start.ts'
import { startTestServer, type TestServer, type TestServerOptions } from './support/server.ts'
import { ids, NOW_SECONDS, OTHER_TEAM, TEAM } from './support/world.ts'

/** Both lines of the official SDK that are in use. What is used of them here has the same types in both. */
const SDKS = [
  { name: '@slack/web-api 8', Client: WebClient },
  { name: '@slack/web-api 7', Client: WebClient7 as unknown as typeof WebClient },
]

/** Without this, a test that is refused would wait for half an hour of retries. */
const NO_RETRIES: WebClientOptions = { retryConfig: { retries: 0 } }

type SetArguments = Parameters<WebClient['users']['profile']['set']>[0]

interface Started {
  readonly server: TestServer
  /** What the SDK has told its user, such as `warn …`. */
  readonly logged: string[]
  client(token: string | undefined, options?: WebClientOptions): WebClient
}

for (const { name, Client } of SDKS) {
  async function start(t: TestContext, options: TestServerOptions = {}): Promise<Started> {
    const server = await startTestServer(t, options)
    const logged: string[] = []
    const always = { slackApiUrl: server.api, logger: loggerInto(logged), ...NO_RETRIES }
    return { server, logged, client: (token, more = {}) => new Client(token, { ...always, ...more }) }
  }

  describe(name, () => {
    test('sets a status and reads it back', async (t) => {
      const { server, client } = await start(t)
      const ada = client('xoxp-ada')
      const status = { status_text: 'riding a train', status_emoji: ':train:', status_expiration: NOW_SECONDS + 3600 }

      const answer = await ada.users.profile.set({ profile: status })
      assert.equal(answer.ok, true)
      assert.equal(answer.username, 'ada')
      assert.partialDeepStrictEqual(answer.profile, status)
      assert.deepEqual(answer.profile?.fields, {})

      const read = await ada.users.profile.get({})
      assert.deepEqual(read.profile, answer.profile)
      assert.deepEqual(await server.events(), [`user_change ${ids.ada}`, `user_status_changed ${ids.ada}`])
    })

    test('sets one key by name and value', async (t) => {
      const { client } = await start(t)
      const answer = await client('xoxp-ada').users.profile.set({ name: 'first_name', value: 'Augusta' })
      assert.equal(answer.profile?.first_name, 'Augusta')
      assert.equal(answer.profile?.real_name, 'Augusta Lovelace')
    })

    test('sets custom fields of all seven types and reads them back with their labels', async (t) => {
      const { client } = await start(t)
      const ada = client('xoxp-ada')
      const fields = {
        Xf0TEXT001: { value: 'Barista', alt: '' },
        Xf0LONG001: { value: 'Makes *good* coffee.\nAnd tea.', alt: '' },
        Xf0DATE001: { value: '1815-12-10', alt: '' },
        Xf0LINK001: { value: 'https://ada.example/?a=1&b=2', alt: 'my page' },
        Xf0OPTS001: { value: 'Gryffindor', alt: '' },
        Xf0TAGS001: { value: ['Mocha', 'Latte'], alt: '' },
        Xf0USER001: { value: `${ids.pia},${ids.owen}`, alt: '' },
      }
      const set = await ada.users.profile.set({ profile: { fields } } as unknown as SetArguments)
      assert.deepEqual(set.profile?.fields, {
        ...fields,
        Xf0TAGS001: {
          value: 'Mocha,Latte',
          alt: '',
          values: [
            { value: 'Mocha', alt: '' },
            { value: 'Latte', alt: '' },
          ],
        },
      })

      const { profile } = await ada.users.profile.get({ include_labels: true })
      const labels = Object.values(profile?.fields ?? {}).map((field) => (field as { label?: string }).label)
      assert.deepEqual(labels, ['Role', 'About', 'Birthday', 'Home page', 'House', 'Skills', 'Manager'])

      const { profile: team } = await ada.team.profile.get({})
      const types = team?.fields?.map(({ id, type }) => `${id} ${type}`)
      assert.deepEqual(types, [
        'Xf0TEXT001 text',
        'Xf0LONG001 long_text',
        'Xf0DATE001 date',
        'Xf0LINK001 link',
        'Xf0OPTS001 options_list',
        'Xf0TAGS001 tags',
        'Xf0USER001 user',
      ])
    })

    test('reads a user, tells whose token it has, and echoes', async (t) => {
      const { server, client } = await start(t)
      const ada = client('xoxp-ada')
      const { user } = await ada.users.info({ user: ids.mel, include_locale: true })
      assert.partialDeepStrictEqual(user, { id: ids.mel, team_id: TEAM, name: 'mel', is_admin: false, locale: 'en-GB' })
      assert.equal(user?.profile?.email, 'mel@coffee.example')

      const whose = await ada.auth.test()
      assert.partialDeepStrictEqual(whose, {
        ok: true,
        user: 'ada',
        user_id: ids.ada,
        team_id: TEAM,
        url: `${server.url}/`,
      })

      const echo = await ada.apiCall('api.test', { foo: 'bar & baz' })
      assert.partialDeepStrictEqual(echo, { ok: true, args: { foo: 'bar & baz' } })
      await assertRefused(ada.api.test({ error: 'my_error' }), { error: 'my_error' })
    })

    test('hears each refusal as its code, with what stands beside it', async (t) => {
      const { server, client } = await start(t)
      const ada = client('xoxp-ada')
      for (const [args, expected] of REFUSED) await assertRefused(ada.users.profile.set(args as SetArguments), expected)
      await assertRefused(client('xoxp-mel').users.profile.set({ user: ids.bob, name: 'title', value: 'x' }), {
        error: 'not_admin',
      })
      await assertRefused(client('xoxb-bot').users.profile.set({ name: 'title', value: 'x' }), {
        error: 'not_allowed_token_type',
      })
      await assertRefused(client('xoxp-nobody').auth.test(), { error: 'invalid_auth' })
      await assertRefused(client(undefined).auth.test(), { error: 'not_authed' })
      assert.deepEqual(await server.events(), [])
    })

    test('hears which scope is missing, and has its scopes in the metadata', async (t) => {
      const { client } = await start(t)
      await assertRefused(client('xoxp-narrow').users.profile.set({ name: 'title', value: 'x' }), {
        error: 'missing_scope',
        needed: 'users.profile:write',
        provided: 'identify',
      })
      const { response_metadata } = await client('xoxp-ada').users.profile.set({ name: 'title', value: 'x' })
      assert.deepEqual(response_metadata?.scopes, [
        'users.profile:read',
        'users.profile:write',
        'users:read',
        'users:read.email',
      ])
      assert.deepEqual(response_metadata?.acceptedScopes, ['users.profile:write'])
    })

    test('is warned of keys that were ignored, and of nothing else', async (t) => {
      const { client, logged } = await start(t)
      const ada = client('xoxp-ada')
      const warned = await ada.users.profile.set({
        profile: { title: 'Countess', skype: 'ada', shoe_size: '38' },
      } as SetArguments)
      assert.equal(warned.profile?.title, 'Countess')
      const messages = warned.response_metadata?.messages ?? []
      for (const key of ['skype', 'shoe_size']) {
        assert.ok(
          messages.some((line) => line.startsWith('[WARN] ') && line.includes(key)),
          `${key} in ${messages}`,
        )
        assert.ok(
          logged.some((line) => line.startsWith('warn ') && line.includes(key)),
          `${key} in ${logged}`,
        )
      }
      logged.length = 0
      const quiet = await ada.users.profile.set({ profile: { title: 'Analyst' } })
      assert.equal(quiet.response_metadata?.messages, undefined)
      assert.equal(quiet.response_metadata?.warnings, undefined)
      assert.ok(!('warning' in quiet))
      assert.deepEqual(logged, [])
    })

    test('sees the eleventh set of a minute as a rate limit', async (t) => {
      const { client } = await start(t, { rateLimits: true })
      const ada = client('xoxp-ada', { rejectRateLimitedCalls: true })
      for (let count = 1; count <= 10; count++) await ada.users.profile.set({ name: 'title', value: `title ${count}` })
      await assert.rejects(ada.users.profile.set({ name: 'title', value: 'title 11' }), {
        code: 'slack_webapi_rate_limited_error',
        retryAfter: 60,
      })
      // Another person is another window.
      await ada.users.profile.set({ user: ids.mel, name: 'title', value: 'Member' })
    })

    test('waits for as long as it is told to, and passes then', async (t) => {
      const { server, client } = await start(t, { rateLimits: true })
      const ada = client('xoxp-ada', { retryConfig: { retries: 1, minTimeout: 1, maxTimeout: 1 } })
      for (let count = 1; count <= 10; count++) await ada.users.profile.set({ name: 'title', value: `title ${count}` })
      server.clock.advance(59_000)
      const waits: number[] = []
      ada.on(WebClientEvent.RATE_LIMITED, (seconds: number) => {
        waits.push(seconds)
        server.clock.advance(seconds * 1000)
      })
      const answer = await ada.users.profile.set({ name: 'title', value: 'title 11' })
      assert.equal(answer.profile?.title, 'title 11')
      assert.deepEqual(waits, [1])
    })

    test('comes back no sooner than it is told to, and passes while nobody but time helps', async (t) => {
      const server = await startNametag({ frozen: true })
      t.after(() => server.stop())
      const retryConfig = { retries: 2, minTimeout: 1, maxTimeout: 1 }
      const ada = new Client('xoxp-ada', { slackApiUrl: server.api, logger: loggerInto([]), retryConfig })
      const set = (title: string) => ada.users.profile.set({ name: 'title', value: title })
      for (let count = 1; count <= 10; count++) await set(`title ${count}`)
      await server.clock.advance(59)
      const waits: number[] = []
      ada.on(WebClientEvent.RATE_LIMITED, (seconds: number) => {
        waits.push(seconds)
        server.clock.unfreeze()
      })
      assert.equal((await set('title 11')).profile?.title, 'title 11')
      // A timer may fire a millisecond early, and then it waits once more. Without waiting it would be refused three times.
      assert.ok(waits.length > 0 && waits.every((seconds) => seconds === 1), `${waits}`)
    })

    test('may send a token with one call', async (t) => {
      const { client } = await start(t)
      assert.equal((await client('xoxp-mel').auth.test({ token: 'xoxp-ada' })).user, 'ada')
      const answer = await client('xoxp-mel').users.profile.set({ token: 'xoxp-ada', name: 'title', value: 'Countess' })
      assert.equal(answer.username, 'ada')
    })

    test('may send its team with every call; the token alone says which team it is', async (t) => {
      const { client } = await start(t)
      for (const teamId of [TEAM, OTHER_TEAM]) {
        const answer = await client('xoxp-ada', { teamId }).users.profile.set({ name: 'phone', value: teamId })
        assert.partialDeepStrictEqual(answer.profile, { phone: teamId, team: TEAM })
      }
    })
  })
}

function loggerInto(lines: string[]): NonNullable<WebClientOptions['logger']> {
  const into =
    (level: string) =>
    (...parts: unknown[]) =>
      lines.push(`${level} ${parts.join(' ')}`)
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: into('warn'),
    error: into('error'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  }
}

const REFUSED: readonly (readonly [args: object, expected: Readonly<Record<string, unknown>>])[] = [
  [{ user: ids.abe, name: 'title', value: 'x' }, { error: 'cannot_update_admin_user' }],
  [{ user: 'U0NOBODY99', name: 'title', value: 'x' }, { error: 'user_not_found' }],
  [{ profile: { status_text: 'x'.repeat(101) } }, { error: 'too_long', limit: 100, field: 'status_text' }],
  [{ profile: { display_name: 'x'.repeat(81) } }, { error: 'too_long', limit: 80, field: 'display_name' }],
  [{ profile: { fields: { Xf0TEXT001: { value: 'x'.repeat(257), alt: '' } } } }, { error: 'too_long', limit: 256 }],
  [{ profile: { status_emoji: '🚂' } }, { error: 'profile_status_set_failed_not_emoji_syntax' }],
  [{ profile: { status_emoji: ':no_such_emoji:' } }, { error: 'profile_status_set_failed_not_valid_emoji' }],
  [{ profile: { status_text: '' } }, { error: 'must_clear_both_status_text_and_status_emoji' }],
  [{ profile: { fields: { Xf0DATE001: { value: '2026-02-30', alt: '' } } } }, { error: 'profile_set_failed' }],
  [{ profile: { fields: { Xf0LINK001: { value: 'javascript:alert(1)', alt: '' } } } }, { error: 'profile_set_failed' }],
  [{ profile: { fields: { Xf0OPTS001: { value: 'Slytherin', alt: '' } } } }, { error: 'profile_set_failed' }],
  [{ profile: { status_expiration: 'tomorrow' } }, { error: 'profile_set_failed', field: 'status_expiration' }],
  [{ profile: { email: 'no address' } }, { error: 'profile_set_failed', field: 'email' }],
  [{ profile: { email: 'mel@coffee.example' } }, { error: 'email_taken' }],
  [{ profile: { first_name: 'Slackbot' } }, { error: 'reserved_name' }],
  [{ profile: { display_name: '@ada' } }, { error: 'invalid_starts_with_at' }],
  [{ profile: { real_name: 'see https://ada.example' } }, { error: 'name_not_allowed' }],
  [{ profile: { display_name: 'ada 🚂' } }, { error: 'invalid_emoji_not_allowed' }],
  [{ name: 'username', value: 'ada' }, { error: 'username_same' }],
  [{ profile: '{"title":' }, { error: 'invalid_profile' }],
  [{ profile: '["title"]' }, { error: 'invalid_profile' }],
  [{}, { error: 'invalid_profile' }],
]

async function assertRefused(call: Promise<unknown>, expected: Readonly<Record<string, unknown>>): Promise<void> {
  await assert.rejects(call, (error: { code?: string; data?: object }) => {
    assert.equal(error.code, 'slack_webapi_platform_error', String(error))
    assert.partialDeepStrictEqual(error.data, { ok: false, ...expected })
    return true
  })
}
