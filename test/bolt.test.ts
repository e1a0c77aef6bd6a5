import assert from 'node:assert/strict'
import { type AddressInfo, Server } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import bolt, { type App, type AppOptions } from '@slack/bolt'
import type { App as AppSettings } from '../src/domain/team.ts'
import { send } from './support/send.ts'
import { eventually, type Message, soon } from './support/socket-client.ts'
import { type SocketTestServer, startSocketServer } from './support/socket-server.ts'
import { ALL_SCOPES, anApp, aWorld, ids, STATUS_APP, TEAM, withGrant, withTeam } from './support/world.ts'

const EVENTS = ['user_change', 'user_profile_changed', 'user_status_changed', 'tokens_revoked'] as const
type SetArguments = Parameters<App['client']['users']['profile']['set']>[0]

const SIGNING_SECRET = 'signing-secret'

async function start(t: TestContext, settings: Partial<AppSettings>): Promise<SocketTestServer> {
  const app = { ...anApp(), events: EVENTS, ...settings }
  const world = withTeam((team) => ({ ...team, apps: new Map([[STATUS_APP, app]]) }))(aWorld())
  const botWorks = withGrant('xoxb-bot', (grant) => ({ ...grant, scopes: [...ALL_SCOPES] }))
  return startSocketServer(t, { worlds: [botWorks(world)] })
}

/** Starts the app until the test ends, and tells its port where it has one. */
async function startApp(t: TestContext, app: App): Promise<number> {
  const receiver = await app.start({ port: 0, host: '127.0.0.1' })
  t.after(() => app.stop())
  return receiver instanceof Server ? (receiver.address() as AddressInfo).port : 0
}

/** What an app's listeners heard. */
function listen(app: App): { heard: Message[]; problems: unknown[] } {
  const heard: Message[] = []
  const problems: unknown[] = []
  for (const type of EVENTS) {
    app.event(type, async ({ event, context, client, body }) => {
      // The client of a listener is the app's own, and works.
      const { user } = await client.users.info({ user: ids.ada })
      heard.push({ type, event, context, body, reads: user?.name })
    })
  }
  app.error(async (problem) => {
    problems.push(problem)
  })
  return { heard, problems }
}

const quiet = (server: SocketTestServer): AppOptions => ({
  token: 'xoxb-bot',
  clientOptions: { slackApiUrl: server.api },
  logLevel: bolt.LogLevel.ERROR,
})

const setProfile = async (server: SocketTestServer, token: string, args: Readonly<Record<string, string>>) => {
  assert.equal((await server.call('users.profile.set', token, args)).ok, true)
}

/** What every Bolt app sees of the same changes, whichever way they come. */
async function checkListening(server: SocketTestServer, { heard, problems }: ReturnType<typeof listen>): Promise<void> {
  const profile = JSON.stringify({ title: 'Barista', status_text: 'brewing', status_emoji: ':coffee:' })
  await setProfile(server, 'xoxp-ada', { profile })
  await eventually(() => heard.length === 3, 'three events')
  assert.deepEqual(heard.map(({ type }) => type).sort(), ['user_change', 'user_profile_changed', 'user_status_changed'])
  for (const { event, context, body, reads } of heard) {
    assert.equal(event.user.id, ids.ada)
    assert.equal(event.user.profile.title, 'Barista')
    assert.equal(event.user.profile.status_emoji, ':coffee:')
    assert.deepEqual([context.teamId, context.botUserId, body.api_app_id], [TEAM, ids.bot, STATUS_APP])
    assert.equal(reads, 'ada')
  }

  // Bolt for JavaScript passes over events whose `user` is the id of its own bot user; here it is the whole user.
  await setProfile(server, 'xoxp-owen', { user: ids.bot, profile: JSON.stringify({ title: 'Bot' }) })
  await eventually(() => heard.length === 5, 'the change of the bot user')
  assert.deepEqual(
    heard.slice(3).map(({ event }) => event.user.id),
    [ids.bot, ids.bot],
  )
  await soon(server.relay.settled(), 'settling')
  assert.deepEqual(
    server.relay.deliveries().map(({ ok }) => ok),
    Array(5).fill(true),
    'nothing was sent twice',
  )
  assert.deepEqual(problems, [])
  assert.deepEqual(server.problems, [])
}

describe('a Bolt app', () => {
  test('listens in Socket Mode', async (t) => {
    const server = await start(t, { socketMode: true })
    const app = new bolt.App({ ...quiet(server), appToken: 'xapp-bot', socketMode: true })
    const heard = listen(app)
    await startApp(t, app)
    await checkListening(server, heard)
  })

  test('sets a profile and reads it back with the client of a listener', async (t) => {
    const server = await start(t, { socketMode: true })
    const app = new bolt.App({ ...quiet(server), appToken: 'xapp-bot', socketMode: true })
    const outcomes: Message[] = []
    app.event('user_change', async ({ event, client, context }) => {
      // Only the first change: what is set here is one, too.
      if (event.user.id !== ids.ada) return
      const profile = { title: 'Barista', fields: { Xf0TEXT001: { value: 'At the bar', alt: '' } } }
      const set = await client.users.profile.set({ token: 'xoxp-mel', profile } as SetArguments)
      const read = await client.users.profile.get({ user: ids.mel })
      const refused = await client.users.profile.set({ profile }).catch(({ data }) => data.error)
      outcomes.push({ set: set.profile, read: read.profile, refused, team: context.teamId })
    })
    await startApp(t, app)
    await setProfile(server, 'xoxp-ada', { name: 'title', value: 'Countess' })
    await eventually(() => outcomes.length === 1, 'the listener')
    const [{ set, read, refused, team }] = outcomes
    assert.partialDeepStrictEqual(set, { title: 'Barista', fields: { Xf0TEXT001: { value: 'At the bar', alt: '' } } })
    assert.deepEqual([read.title, read.fields], [set.title, set.fields])
    assert.deepEqual([refused, team], ['not_allowed_token_type', TEAM])
    assert.deepEqual(server.problems, [])
  })

  test('listens to signed webhooks, whose signature it checks', async (t) => {
    const server = await start(t, {})
    const app = new bolt.App({ ...quiet(server), signingSecret: SIGNING_SECRET })
    const heard = listen(app)
    const port = await startApp(t, app)
    const requestUrl = `http://127.0.0.1:${port}/slack/events`
    await listenAt(server, requestUrl, SIGNING_SECRET)
    await checkListening(server, heard)

    const forged = { headers: { 'content-type': 'application/json' }, body: '{"type":"event_callback"}' }
    assert.equal((await send(requestUrl, forged)).status, 401)
  })

  test('refuses what is signed with another secret, and it is kept for later', async (t) => {
    const server = await start(t, {})
    const app = new bolt.App({ ...quiet(server), signingSecret: 'another-secret' })
    const { heard } = listen(app)
    const port = await startApp(t, app)
    server.clock.setFrozen(true)
    await listenAt(server, `http://127.0.0.1:${port}/slack/events`, SIGNING_SECRET)
    await setProfile(server, 'xoxp-ada', { name: 'title', value: 'Barista' })
    await eventually(
      async () => (await server.store.findUndelivered(TEAM, null, 10)).length === 2,
      'keeping both events',
    )
    assert.ok(server.relay.deliveries().every(({ ok, status }) => !ok && status === 401))
    assert.deepEqual(heard, [])

    await listenAt(server, `http://127.0.0.1:${port}/slack/events`, 'another-secret')
    await server.clock.moveTo(server.clock.now() + 60_000)
    await eventually(() => heard.length === 2, 'the retries')
    await soon(server.relay.settled(), 'settling')
    await eventually(async () => (await server.store.findUndelivered(TEAM, null, 10)).length === 0, 'nothing is left')
  })
})

async function listenAt({ store, relay }: SocketTestServer, requestUrl: string, signingSecret: string): Promise<void> {
  const team = await store.getTeam(TEAM)
  const app = { ...anApp(), events: EVENTS, requestUrl, signingSecret }
  await store.saveTeam({ ...team, apps: new Map([[STATUS_APP, app]]) })
  await relay.reload()
}
