import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aGrant, anApp, aTeam, aWorld, ids, NOW, NOW_SECONDS, STATUS_APP, TEAM } from '../../test/support/world.ts'
import type { EventType, LogEntry } from '../domain/event.ts'
import type { AppId } from '../domain/ids.ts'
import type { App } from '../domain/team.ts'
import { type AppTelling, concerns, eventsFor } from './event-body.ts'
import { type Viewer, viewerOf } from './viewers.ts'
import { timestampOf, wireEvents } from './wire-events.ts'

const team = aTeam()
const ALL: readonly string[] = [
  'user_change',
  'user_profile_changed',
  'user_status_changed',
  'tokens_revoked',
  'message.im',
]
const OTHER_APP = 'A0OTHER001' as AppId

function appWith(more: Partial<App> = {}): App {
  return { ...anApp(), events: ALL, ...more }
}

function viewing(scopes: readonly string[], more: Partial<Viewer> = {}): AppTelling {
  const viewer = { ...viewerOf(aGrant({ kind: 'bot', userId: ids.bot, scopes })), ...more }
  return { team, publicUrl: 'http://127.0.0.1:4390', viewer }
}

const NOBODY: AppTelling = { team, publicUrl: 'http://127.0.0.1:4390', viewer: undefined }
const PLACE = { seq: 42, teamId: TEAM, at: NOW + 250 }

function userEntry(types: readonly EventType[] = ['user_change', 'user_profile_changed'], userId = ids.ada): LogEntry {
  const user = aWorld().users.find(({ id }) => id === userId)
  assert.ok(user)
  return { kind: 'user', types, user, ...PLACE }
}

const REVOKED: LogEntry = {
  kind: 'tokens_revoked',
  userId: ids.mel,
  appId: STATUS_APP,
  oauth: [ids.mel],
  bot: [],
  ...PLACE,
}
const MESSAGE: LogEntry = { kind: 'message', userId: ids.mel, text: 'Hello', ...PLACE }

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
function bodies(entry: LogEntry, app: App, telling: AppTelling): any[] {
  return eventsFor(entry, app, telling).map(({ body }) => JSON.parse(body))
}

test('the envelope has the keys that Slack sends, in its order', () => {
  const [body] = bodies(userEntry(), appWith(), viewing(['users:read']))
  assert.deepEqual(Object.keys(body), [
    ...['token', 'team_id', 'context_team_id', 'context_enterprise_id', 'api_app_id', 'event', 'type', 'event_id'],
    ...['event_time', 'authorizations', 'is_ext_shared_channel', 'event_context'],
  ])
  const { event: _, event_id, event_context, ...rest } = body
  assert.deepEqual(rest, {
    token: 'verification-token',
    team_id: TEAM,
    context_team_id: TEAM,
    context_enterprise_id: null,
    api_app_id: STATUS_APP,
    type: 'event_callback',
    event_time: NOW_SECONDS,
    authorizations: [
      { enterprise_id: null, team_id: TEAM, user_id: ids.bot, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
  })
  assert.match(event_id, /^Ev[0-9A-Z]{14}$/)
  assert.match(event_context, /^4-[A-Za-z0-9+/=]+$/)
})

test('an event of a user has the whole user, and the keys in the order of recorded events', () => {
  const [body] = bodies(userEntry(), appWith(), viewing(['users:read', 'users:read.email']))
  assert.deepEqual(Object.keys(body.event), ['user', 'cache_ts', 'type', 'event_ts'])
  assert.equal(body.event.type, 'user_change')
  assert.equal(body.event.cache_ts, NOW_SECONDS - 86_400)
  assert.equal(body.event.event_ts, `${NOW_SECONDS}.250042`)
  const { user } = body.event
  assert.deepEqual(Object.keys(user), [
    ...['id', 'team_id', 'name', 'deleted', 'color', 'real_name', 'tz', 'tz_label', 'tz_offset', 'profile', 'is_admin'],
    ...['is_owner', 'is_primary_owner', 'is_restricted', 'is_ultra_restricted', 'is_bot', 'is_app_user', 'updated'],
    ...['is_email_confirmed', 'who_can_share_contact_card', 'locale'],
  ])
  assert.equal(user.profile.email, 'ada@coffee.example')
  assert.equal(user.profile.image_24.startsWith('http://127.0.0.1:4390/avatars/'), true)
})

test('the address is told only with its scope', () => {
  const [body] = bodies(userEntry(), appWith(), viewing(['users:read']))
  assert.equal('email' in body.event.user.profile, false)
  assert.equal(JSON.stringify(body).includes('@coffee.example'), false)
})

test('nobody is told of users without users:read', () => {
  assert.deepEqual(bodies(userEntry(), appWith(), viewing(['users:read.email', 'users.profile:read'])), [])
  assert.deepEqual(bodies(userEntry(), appWith(), NOBODY), [])
})

test('an app hears only what it has subscribed to, each event once', () => {
  const entry = userEntry(['user_change', 'user_profile_changed', 'user_status_changed'])
  const typesFor = (events: readonly string[]) =>
    eventsFor(entry, appWith({ events }), viewing(['users:read'])).map(({ type }) => type)
  assert.deepEqual(typesFor(ALL), ['user_change', 'user_profile_changed', 'user_status_changed'])
  assert.deepEqual(typesFor(['user_status_changed']), ['user_status_changed'])
  assert.deepEqual(typesFor(['team_join', 'message']), [])
})

test('a restricted app hears nothing', () => {
  assert.deepEqual(eventsFor(userEntry(), appWith({ restricted: true }), viewing(['users:read'])), [])
})

test('the id of an event depends on its place, its type and its app alone', () => {
  const idsOf = (entry: LogEntry, app: App, telling: AppTelling) => eventsFor(entry, app, telling).map(({ id }) => id)
  const once = idsOf(userEntry(), appWith(), viewing(['users:read']))
  assert.deepEqual(idsOf(userEntry(), appWith({ requestUrl: 'http://elsewhere/' }), viewing(['users:read', 'x'])), once)
  const others = [
    ...once,
    ...idsOf({ ...userEntry(), seq: 43 }, appWith(), viewing(['users:read'])),
    ...idsOf(userEntry(), appWith({ id: OTHER_APP }), viewing(['users:read'])),
  ]
  assert.equal(new Set(others).size, 6)
})

test('revoked tokens are told to their own app, without any scope, on behalf of the token', () => {
  const [body, ...more] = bodies(REVOKED, appWith(), NOBODY)
  assert.deepEqual(more, [])
  assert.deepEqual(Object.entries(body.event), [
    ['type', 'tokens_revoked'],
    ['tokens', { oauth: [ids.mel], bot: [] }],
    ['event_ts', `${NOW_SECONDS}.250042`],
  ])
  assert.deepEqual([body.authorizations[0].user_id, body.authorizations[0].is_bot], [ids.mel, false])
  assert.deepEqual(bodies(REVOKED, appWith({ id: OTHER_APP }), viewing(['users:read'])), [])
  assert.deepEqual(bodies(REVOKED, appWith({ events: ['user_change'] }), NOBODY), [])
  const [ofBot] = bodies({ ...REVOKED, userId: ids.bot, oauth: [], bot: [ids.bot] }, appWith(), NOBODY)
  assert.deepEqual([ofBot.authorizations[0].user_id, ofBot.authorizations[0].is_bot], [ids.bot, true])
})

test("Slackbot's message is told on behalf of its reader, where the app may read their messages", () => {
  const reading = viewing([], { readsMessagesOf: (userId) => userId === ids.mel })
  for (const events of [['message.im'], ['message']]) {
    const [body] = bodies(MESSAGE, appWith({ events }), reading)
    assert.deepEqual(body.event, {
      type: 'message',
      channel: 'D0MEL00001',
      user: 'USLACKBOT',
      text: 'Hello',
      ts: `${NOW_SECONDS}.250042`,
      event_ts: `${NOW_SECONDS}.250042`,
      channel_type: 'im',
    })
    assert.deepEqual([body.authorizations[0].user_id, body.authorizations[0].is_bot], [ids.mel, false])
  }
  assert.deepEqual(bodies({ ...MESSAGE, userId: ids.ada }, appWith(), reading), [])
  assert.deepEqual(bodies(MESSAGE, appWith({ events: ['message.channels'] }), reading), [])
})

test('changes of an address are told to no app: they carry addresses, and one carries a secret', () => {
  const changed: LogEntry = { kind: 'email_changed', userId: ids.mel, from: null, to: 'new@coffee.example', ...PLACE }
  const requested: LogEntry = { ...changed, kind: 'email_requested', code: 'secret', expiresAt: 1 }
  for (const entry of [changed, requested]) {
    assert.deepEqual(wireEvents(entry, viewing(ALL)), [])
    assert.equal(concerns(entry, appWith()), false)
  }
})

test('a changed setting is told over RTM alone, and one that owners alone may read to nobody', () => {
  const state: LogEntry = {
    kind: 'team_pref_changed',
    userId: ids.pia,
    name: 'state',
    value: 'ekm_access_denied',
    ...PLACE,
  }
  const event = { type: 'team_pref_change', name: 'state', value: 'ekm_access_denied' }
  assert.deepEqual(wireEvents(state, NOBODY), [{ ...event, event_ts: `${NOW_SECONDS}.250042` }])
  assert.deepEqual(wireEvents({ ...state, name: 'allowed_ips', value: ['10.0.0.0/8'] }, viewing(ALL)), [])
  const app = appWith({ events: [...ALL, 'team_pref_change'] })
  assert.equal(concerns(state, app), false)
  assert.deepEqual(bodies(state, app, viewing(ALL)), [])
})

test('whatever is told of an entry, the entry concerns the app', () => {
  const telling = viewing(['users:read'], { readsMessagesOf: () => true })
  const entries = [userEntry(), userEntry(['user_status_changed']), REVOKED, { ...REVOKED, appId: null }, MESSAGE]
  for (const entry of entries) {
    for (const events of [ALL, ['user_change'], ['message'], ['tokens_revoked'], []]) {
      const app = appWith({ events })
      assert.equal(concerns(entry, app), eventsFor(entry, app, telling).length > 0, `${entry.kind} ${events}`)
    }
  }
})

test('event_ts has six decimals, and tells neighbours in the log apart', () => {
  const at = (milliseconds: number, seq: number) => timestampOf({ ...MESSAGE, at: milliseconds, seq })
  assert.equal(at(1_700_000_000_000, 7), '1700000000.000007')
  assert.equal(at(1_700_000_000_999, 1999), '1700000000.999999')
  assert.equal(at(1_700_000_001_000, 2000), '1700000001.000000')
})
