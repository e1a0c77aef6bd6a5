import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ENTRIES_MAX } from '../src/controls/page-of.ts'
import type { Snapshot } from '../src/storage/store.ts'
import { fillBeyondCopies } from './support/beyond-copies.ts'
import { assertRefused, startControlled, withApp } from './support/controls-server.ts'
import { startSubscriber } from './support/subscriber.ts'
import { anotherWorld, aWorld, ids, OTHER_TEAM, STATUS_APP, TEAM } from './support/world.ts'

const HOUR = 3600
const machineSeconds = () => Math.floor(Date.now() / 1000)

describe('resetting', () => {
  test('brings everything back to how the server started', async (t) => {
    const { control, call, clock, mails, store, problems } = await startControlled(t)
    const before = await store.takeSnapshot()
    await control('POST', 'clock', { advance: '3d', frozen: true })
    const { now } = (await control('POST', 'clock')).json
    const profile = { title: 'Barista', status_text: 'Out', status_emoji: ':coffee:', status_expiration: now + 60 }
    await call('users.profile.set', 'xoxp-mel', { profile })
    for (let count = 0; count < 12; count++) await call('users.profile.set', 'xoxp-mel', { profile })
    await control('POST', 'faults', { error: 'fatal_error', times: 5 })
    mails.push({ id: 'M1' })

    const answer = await control('POST', 'reset')
    assert.deepEqual([answer.status, answer.json.frozen, clock.isFrozen], [200, false, false])
    assert.ok(Math.abs(answer.json.now - machineSeconds()) < 60)
    assert.deepEqual(await store.takeSnapshot(), before)
    for (const list of ['calls', 'events', 'deliveries', 'mail', 'messages', 'faults']) {
      assert.deepEqual((await control('GET', list)).json, { [list]: [] })
    }
    assert.equal((await call('users.profile.set', 'xoxp-mel', { profile: { title: 'Barista' } })).json.ok, true)
    assert.deepEqual(problems, [])
  })

  test('statuses that had expired in a time that was moved are there again, and expire again', async (t) => {
    const expiration = machineSeconds() + HOUR
    const world = aWorld()
    const users = world.users.map((user) =>
      user.id === ids.mel
        ? { ...user, profile: { ...user.profile, status: { text: 'Out', emoji: ':coffee:', expiration } } }
        : user,
    )
    const { control, store } = await startControlled(t, { ...world, users })
    const statusText = async () => (await store.findUser(TEAM, ids.mel))?.profile.status.text
    for (let round = 0; round < 3; round++) {
      assert.equal(await statusText(), 'Out')
      await control('POST', 'clock', { advance: '2h' })
      assert.equal(await statusText(), '')
      assert.equal((await control('GET', 'events')).json.events.length, 1)
      await control('POST', 'reset')
    }
  })

  test('webhooks go on after it, from what is stored then', async (t) => {
    const subscriber = await startSubscriber(t)
    const { control, call, settled } = await startControlled(t, withApp({ requestUrl: subscriber.url }))
    const setTitle = (title: string) => call('users.profile.set', 'xoxp-mel', { profile: { title } })
    for (const title of ['a', 'b', 'c']) await setTitle(title)
    await subscriber.until(3)
    await control('POST', 'reset')
    await setTitle('d')
    const arrived = await subscriber.until(4)
    assert.equal(arrived.at(-1)?.json.event.user.profile.title, 'd')
    await settled()
    const { deliveries } = (await control('GET', 'deliveries')).json
    assert.equal(deliveries.length, 1)
  })

  test('of more than a copy can be made of is refused, and leaves everything as it is', async (t) => {
    const { control, call, problems } = await startControlled(t, aWorld(), fillBeyondCopies)
    const { json: clock } = await control('POST', 'clock', { advance: HOUR, frozen: true })
    await control('POST', 'faults', { error: 'fatal_error' })
    await call('users.profile.set', 'xoxp-mel', { profile: { title: 'Barista' } })
    assertRefused(await control('POST', 'reset'), 409, 'too_much_data', /more than a copy can be made of/)
    assertRefused(await control('GET', 'state'), 409, 'too_much_data', /more than a copy can be made of/)
    assert.deepEqual((await control('POST', 'clock')).json, clock)
    assert.equal((await control('GET', 'calls')).json.calls.length, 1)
    assert.deepEqual(problems, [], 'that is no fault of the server')
  })

  test('takes no arguments', async (t) => {
    const { control } = await startControlled(t)
    assertRefused(await control('POST', 'reset', { hard: true }), 400, 'invalid_arguments', /^hard: unknown key$/)
  })
})

describe('the state', () => {
  test('that was taken is put back, and the clock stays', async (t) => {
    const { control, call, clock, store } = await startControlled(t)
    await call('users.profile.set', 'xoxp-mel', { profile: { title: 'first' } })
    const taken = await control('GET', 'state')
    assert.equal(taken.status, 200)
    await call('users.profile.set', 'xoxp-mel', { profile: { title: 'second' } })
    await control('POST', 'clock', { frozen: true, advance: HOUR })
    const now = clock.now()
    const answer = await control('POST', 'state', taken.json)
    assert.deepEqual(answer.json, { now: Math.floor(now / 1000), frozen: true })
    assert.equal((await store.findUser(TEAM, ids.mel))?.profile.title, 'first')
    assert.deepEqual((await control('GET', 'state')).json, taken.json)
  })

  test('that is broken changes nothing, and delivery goes on', async (t) => {
    const subscriber = await startSubscriber(t)
    const { control, call } = await startControlled(t, withApp({ requestUrl: subscriber.url }))
    await call('users.profile.set', 'xoxp-mel', { profile: { title: 'first' } })
    const good: Snapshot = (await control('GET', 'state')).json
    const { users: _users, ...fewer } = good.tables
    const broken = [
      {},
      [],
      null,
      'state',
      { version: good.version },
      { ...good, version: good.version + 1 },
      { ...good, tables: fewer },
      { ...good, tables: { ...good.tables, users: [{}] } },
      { ...good, tables: { ...good.tables, users: good.tables.users?.map((row) => ({ ...row, body: '{' })) } },
      { ...good, tables: { ...good.tables, users: [...(good.tables.users ?? []), ...(good.tables.users ?? [])] } },
    ]
    for (const state of broken) {
      assertRefused(await control('POST', 'state', state), 400, 'unusable_snapshot', /./)
    }
    const [first, ...others] = good.tables.users ?? []
    const numbered = { ...good, tables: { ...good.tables, users: [...others, { ...first, name: 5 }] } }
    const place = new RegExp(`^tables\\.users\\[${others.length}\\]: name in its body is not what it must be$`)
    assertRefused(await control('POST', 'state', numbered), 400, 'unusable_snapshot', place)
    assert.deepEqual((await control('GET', 'state')).json, good)
    await subscriber.until(1)
    await call('users.profile.set', 'xoxp-mel', { profile: { title: 'second' } })
    await subscriber.until(2)
  })
})

describe('lists', () => {
  test('of calls hold every call, the newest last, with secrets hidden', async (t) => {
    const { control, call } = await startControlled(t)
    await call('users.profile.set', 'xoxp-mel', { profile: { title: 'xoxp-bob' } })
    await call('users.profile.set', 'xoxp-nobody', {})
    const answer = await control('GET', 'calls')
    assert.deepEqual(
      answer.json.calls.map(({ method, user, error }: Record<string, unknown>) => [method, user, error]),
      [
        ['users.profile.set', ids.mel, null],
        ['users.profile.set', null, 'invalid_auth'],
      ],
    )
    assert.doesNotMatch(answer.text, /xox/)
  })

  test('are cut to what is asked for', async (t) => {
    const { control, call } = await startControlled(t)
    for (let count = 0; count < 5; count++) {
      await call('users.profile.set', 'xoxp-mel', { profile: { title: `title ${count}` } })
    }
    const { calls } = (await control('GET', 'calls')).json
    const idsOf = async (path: string, key: string) =>
      (await control('GET', path)).json[path.split('?')[0] ?? ''].map((entry: Record<string, unknown>) => entry[key])
    const all = calls.map(({ id }: { id: string }) => id)
    assert.equal(new Set(all).size, 5)
    assert.deepEqual(await idsOf('calls?limit=2', 'id'), all.slice(-2))
    assert.deepEqual(await idsOf(`calls?after=${all[2]}`, 'id'), all.slice(3))
    assert.deepEqual(await idsOf(`calls?after=${all[0]}&limit=1`, 'id'), all.slice(-1))
    assert.deepEqual(await idsOf('calls?after=gone', 'id'), all)
    const events = await idsOf('events', 'id')
    assert.equal(events.length, 5)
    assert.deepEqual(await idsOf(`events?after=${events[3]}`, 'id'), events.slice(4))

    for (const query of ['limit=0', `limit=${ENTRIES_MAX + 1}`, 'limit=x', 'limit=', 'limit=1&limit=2']) {
      assertRefused(await control('GET', `calls?${query}`), 400, 'invalid_arguments', /^limit: must be a whole number/)
    }
    assertRefused(await control('GET', 'mail?since=1'), 400, 'invalid_arguments', /^since: unknown key$/)
  })

  test('of mail and messages show what was sent', async (t) => {
    const { control, mails, store } = await startControlled(t)
    mails.push({ id: 'M1' }, { id: 'M2' })
    assert.deepEqual((await control('GET', 'mail')).json, { mail: [{ id: 'M1' }, { id: 'M2' }] })
    const key = { teamId: TEAM, actorId: ids.mel, userId: ids.mel, emails: [], userIds: [] }
    await store.change(key, ({ user }) => {
      assert.ok(user)
      const facts = [{ kind: 'message' as const, userId: ids.mel, text: 'Your address has changed.' }]
      return { user: { ...user, updated: user.updated + 1 }, events: [], facts }
    })
    const { messages } = (await control('GET', 'messages')).json
    assert.equal(messages.length, 1)
    const { at: _at, ...message } = messages[0]
    assert.deepEqual(message, { id: `${TEAM}-1`, seq: 1, team: TEAM, user: ids.mel, text: 'Your address has changed.' })
    const { events } = (await control('GET', 'events')).json
    assert.deepEqual(
      events.map(({ kind, types, user }: Record<string, unknown>) => [kind, types, user]),
      [['message', [], ids.mel]],
    )
  })

  test('of events show what two teams did in the order of time, each under an id of its own', async (t) => {
    const { control, store } = await startControlled(t)
    const { team, users } = anotherWorld()
    await store.addTeam(team, users)
    const titles = ['a', 'b', 'c', 'd']
    for (const [index, title] of titles.entries()) {
      const teamId = index % 2 === 0 ? OTHER_TEAM : TEAM
      const key = { teamId, actorId: ids.mel, userId: ids.mel, emails: [], userIds: [] }
      await store.change(key, ({ user }) => {
        assert.ok(user)
        const profile = { ...user.profile, title }
        return { user: { ...user, profile, updated: user.updated + 1 }, events: ['user_change'], at: 1000 + index }
      })
    }
    const { events } = (await control('GET', 'events')).json
    const all = [`${OTHER_TEAM}-1`, `${TEAM}-1`, `${OTHER_TEAM}-2`, `${TEAM}-2`]
    const idsOf = (entries: readonly { readonly id: string }[]) => entries.map(({ id }) => id)
    assert.deepEqual(idsOf(events), all)
    assert.deepEqual(idsOf((await control('GET', `events?after=${all[1]}`)).json.events), all.slice(2))
  })

  test('of deliveries show each attempt, and an event is sent again by its id', async (t) => {
    const subscriber = await startSubscriber(t)
    const { control, call, settled } = await startControlled(t, withApp({ requestUrl: subscriber.url }))
    await call('users.profile.set', 'xoxp-mel', { profile: { title: 'Barista' } })
    const [arrived] = await subscriber.until(1)
    const id = arrived?.json.event_id
    await settled()
    const again = await control('POST', `deliveries/${id}/redeliver`)
    assert.equal(again.json.delivery.id, id)
    assert.deepEqual(
      (await subscriber.until(2)).map(({ json }) => json.event_id),
      [id, id],
    )
    const { deliveries } = (await control('GET', 'deliveries')).json
    assert.deepEqual(
      deliveries.map(({ id, team, app, type, ok, status }: Record<string, unknown>) => [
        id,
        team,
        app,
        type,
        ok,
        status,
      ]),
      Array.from({ length: 2 }, () => [id, TEAM, STATUS_APP, 'user_change', true, 200]),
    )
    assertRefused(await control('POST', 'deliveries/EvNOBODY/redeliver'), 404, 'unknown_delivery', /GET deliveries/)
  })
})
