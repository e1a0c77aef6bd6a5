import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import type { AppId } from '../../src/domain/ids.ts'
import type { App } from '../../src/domain/team.ts'
import { startNode, startNodes, type TestNode } from '../support/nodes.ts'
import { startPostgres } from '../support/postgres.ts'
import {
  connectSocket,
  eventually,
  type Message,
  refusalOf,
  type SocketClient,
  soon,
} from '../support/socket-client.ts'
import { startSubscriber, type TestSubscriber, titlesOf } from '../support/subscriber.ts'
import { aGrant, anApp, anotherWorld, aWorld, ids, STATUS_APP, TEAM, type World, withTeam } from '../support/world.ts'

/** Several whole servers on one database: who does what, and that it is done once. */

const database = await startPostgres()
after(() => database.stop())

async function start(t: TestContext, world: World, count = 2): Promise<[TestNode, TestNode, ...TestNode[]]> {
  const nodes = await startNodes(t, await database.createDatabase(), { count, worlds: [world, anotherWorld()] })
  return nodes as [TestNode, TestNode, ...TestNode[]]
}

/** A world whose team has these apps, each with a token that sees people. */
function worldWith(apps: readonly Partial<App>[]): World {
  const all = apps.map((app) => ({ ...anApp(), ...app }))
  const world = withTeam((team) => ({ ...team, apps: new Map(all.map((app) => [app.id, app])) }))(aWorld())
  const others = all.filter(({ id }) => id !== STATUS_APP)
  const tokens = others.map(({ id }) => ({
    token: `xoxb-${id}`,
    grant: aGrant({ kind: 'bot', userId: ids.bot, appId: id, tokenId: id }),
  }))
  return { ...world, tokens: [...world.tokens, ...tokens] }
}

async function setTitle({ call }: TestNode, title: string, token = 'xoxp-ada'): Promise<void> {
  const answer = await call('users.profile.set', token, { profile: JSON.stringify({ title }) })
  assert.equal(answer.ok, true, JSON.stringify(answer))
}

async function connectSocketMode(t: TestContext, node: TestNode): Promise<SocketClient> {
  const { url } = await node.call('apps.connections.open', 'xapp-bot')
  const client = connectSocket(t, url)
  await client.next('hello')
  client.socket.on('message', () => {
    const { envelope_id } = client.messages.at(-1)
    if (envelope_id !== undefined) client.send({ envelope_id })
  })
  return client
}

async function connectRtm(t: TestContext, node: TestNode): Promise<SocketClient> {
  const client = connectSocket(t, (await node.call('rtm.connect', 'xoxb-statusbot')).url)
  await client.next('hello')
  return client
}

const idsOf = ({ arrived }: TestSubscriber): string[] => arrived.map(({ json }) => json.event_id)
const titleOf = ({ payload }: Message): string => payload.event.user.profile.title
const appsOf = async ({ server }: TestNode) => (await server.relay.describe()).map(({ appId }) => appId).sort()

test('what one node writes reaches the Socket Mode and RTM connections of another', async (t) => {
  const [one, two] = await start(t, worldWith([{ socketMode: true }]))
  const [app, rtm] = [await connectSocketMode(t, two), await connectRtm(t, two)]
  await setTitle(one, 'Barista')
  assert.equal(titleOf(await app.next('events_api')), 'Barista')
  assert.equal((await rtm.next('user_change')).user.profile.title, 'Barista')
  // Both ways: there is no first among them.
  const other = await connectRtm(t, one)
  await setTitle(two, 'Roaster')
  assert.equal((await other.next('user_change')).user.profile.title, 'Roaster')
  assert.equal((await rtm.next('user_change')).user.profile.title, 'Roaster')
  assert.deepEqual([one.problems, two.problems], [[], []])
})

test('a webhook gets each event once, from one node at a time, whichever node writes', async (t) => {
  const subscriber = await startSubscriber(t)
  const nodes = await start(t, worldWith([{ requestUrl: subscriber.url }]))
  const titles = Array.from({ length: 60 }, (_, index) => `title ${index}`)
  await Promise.all(
    titles.map((title, index) => setTitle(nodes[index % 2] as TestNode, title, `xoxp-${tokenAt(index)}`)),
  )
  await subscriber.until(titles.length)
  assert.equal(nodes.length, 2)
  const owners = await Promise.all(nodes.map(appsOf))
  assert.deepEqual(owners.flat(), [STATUS_APP])
  const [owner] = nodes.filter((_, index) => (owners[index] ?? []).length > 0)
  await owner?.server.relay.settled()
  assert.deepEqual(titlesOf(subscriber).sort(), titles.sort())
  assert.equal(new Set(idsOf(subscriber)).size, titles.length)
})

const tokenAt = (index: number) => ['ada', 'mel', 'bob', 'pia', 'owen'][index % 5]

test('apps are spread over the nodes, and one that stops hands its own over at once, without a loss', async (t) => {
  const subscriber = await startSubscriber(t)
  const apps = Array.from({ length: 24 }, (_, index) => `A0SHARED${index}` as AppId)
  const [one, two] = await start(t, worldWith(apps.map((id) => ({ id, requestUrl: subscriber.url }))))
  const both = async () => [...(await appsOf(one)), ...(await appsOf(two))]
  await eventually(async () => (await appsOf(one)).length > 0 && (await appsOf(two)).length > 0, 'a share for each')
  await eventually(async () => (await both()).length === apps.length, 'each app at one node')
  assert.deepEqual((await both()).sort(), apps.toSorted())

  await setTitle(one, 'before')
  await subscriber.until(apps.length)
  const stopped = one.stop()
  await setTitle(two, 'meanwhile')
  await stopped
  await setTitle(two, 'after')
  await subscriber.until(3 * apps.length)
  assert.deepEqual(await appsOf(two), apps.toSorted())
  await two.server.relay.settled()
  for (const title of ['before', 'meanwhile', 'after']) {
    assert.equal(titlesOf(subscriber).filter((told) => told === title).length, apps.length, title)
  }
  assert.equal(new Set(idsOf(subscriber)).size, 3 * apps.length)
})

test('a node that comes later takes its share', async (t) => {
  const apps = Array.from({ length: 24 }, (_, index) => `A0SHARED${index}` as AppId)
  const subscriber = await startSubscriber(t)
  const url = await database.createDatabase()
  const world = worldWith(apps.map((id) => ({ id, requestUrl: subscriber.url })))
  const [one] = (await startNodes(t, url, { count: 1, worlds: [world] })) as [TestNode]
  assert.deepEqual(await appsOf(one), apps.toSorted())
  const two = await startNode(t, url)
  await eventually(async () => (await appsOf(two)).length > 0, 'a share for the newcomer')
  await eventually(async () => [...(await appsOf(one)), ...(await appsOf(two))].length === apps.length, 'each at one')
  await setTitle(one, 'Barista')
  await subscriber.until(apps.length)
  assert.equal(new Set(idsOf(subscriber)).size, apps.length)
})

test('in Socket Mode, events go from the node that has the connections, and follow them to another', async (t) => {
  const [one, two] = await start(t, worldWith([{ socketMode: true }]))
  await setTitle(one, 'before any connection')
  assert.deepEqual([await appsOf(one), await appsOf(two)], [[], []])
  const first = await connectSocketMode(t, one)
  assert.equal(titleOf(await first.next('events_api')), 'before any connection')
  const second = await connectSocketMode(t, two)
  await setTitle(two, 'at the first')
  assert.equal(titleOf(await first.next('events_api')), 'at the first')
  first.socket.close()
  await setTitle(one, 'at the second')
  assert.equal(titleOf(await second.next('events_api')), 'at the second')
  assert.deepEqual([await appsOf(one), await appsOf(two)], [[], [STATUS_APP]])
  assert.equal(first.messages.filter(({ type }) => type === 'events_api').length, 2)
})

test('a ticket of one node opens a connection at another, once', async (t) => {
  const [one, two] = await start(t, worldWith([{ socketMode: true }]))
  const at = (url: string, { server }: TestNode) => url.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${server.port}`)
  const { url: appUrl } = await one.call('apps.connections.open', 'xapp-bot')
  await connectSocket(t, at(appUrl, two)).next('hello')
  assert.deepEqual([await refusalOf(at(appUrl, one)), await refusalOf(at(appUrl, two))], [403, 403])
  const { url: rtmUrl } = await two.call('rtm.connect', 'xoxb-statusbot')
  await connectSocket(t, at(rtmUrl, one)).next('hello')
  assert.equal(await refusalOf(at(rtmUrl, two)), 403)

  // What the token may is judged where the ticket is shown.
  const { url: late } = await one.call('apps.connections.open', 'xapp-bot')
  await one.store.revokeToken(TEAM, 'app', 1)
  const seen = async () => (await two.store.findGrant('xapp-bot'))?.revoked === true
  await eventually(seen, 'the revocation')
  const turnedAway = connectSocket(t, at(late, two))
  assert.equal((await turnedAway.next('disconnect')).reason, 'link_disabled')
})

test('a token that is revoked at one node ends its connections at another, though nothing is told of it', async (t) => {
  const [one, two] = await start(t, worldWith([{ socketMode: true }]))
  const [app, rtm] = [await connectSocketMode(t, two), await connectRtm(t, two)]
  await one.store.revokeToken(TEAM, 'statusbot', 1)
  assert.deepEqual(await soon(rtm.closed, 'the end'), [1008, 'token no longer valid'])
  assert.equal(app.socket.readyState, app.socket.OPEN)
  await one.store.revokeToken(TEAM, 'app', 1)
  assert.equal((await app.next('disconnect')).reason, 'link_disabled')
})

test('a status expires once, whichever node clears it, also when the one whose work it is has gone', async (t) => {
  const [one, two, three] = (await start(t, aWorld(), 3)) as [TestNode, TestNode, TestNode]
  const people = ['ada', 'mel', 'bob', 'pia', 'owen', 'olga'] as const
  const soonest = Math.floor(Date.now() / 1000) + 2
  await Promise.all(
    people.map(async (name, index) => {
      const status = { status_text: 'away', status_emoji: ':train:', status_expiration: soonest + (index % 2) }
      const node = [one, two, three][index % 3] as TestNode
      const answer = await node.call('users.profile.set', `xoxp-${name}`, { profile: JSON.stringify(status) })
      assert.equal(answer.ok, true)
    }),
  )
  // One of three has the work, and it may be this one.
  await one.stop()
  const statusOf = async (name: (typeof people)[number]) =>
    (await two.store.findUser(TEAM, ids[name]))?.profile.status.text
  await eventually(async () => (await Promise.all(people.map(statusOf))).every((text) => text === ''), 'the end of all')
  const told = (await two.store.readLog(TEAM, 0, 1000)).flatMap((entry) =>
    entry.kind === 'user' && entry.user.profile.status.text === '' ? [entry.user.id] : [],
  )
  assert.deepEqual(told.toSorted(), people.map((name) => ids[name]).sort())
})

test('a setting that an owner changes at one node holds at another soon after, and is told there', async (t) => {
  const [one, two] = await start(t, aWorld())
  const rtm = await connectRtm(t, two)
  const set = async (node: TestNode, prefs: object, token = 'xoxp-pia') => {
    const answer = await node.call('team.prefs.set', token, { prefs: JSON.stringify(prefs) })
    assert.equal(answer.ok, true, JSON.stringify(answer))
  }
  const writeAdmin = async (node: TestNode) =>
    (await node.call('users.profile.set', 'xoxp-owen', { user: ids.ada, name: 'title', value: 'Roaster' })).error
  // Both nodes know the team by now.
  assert.deepEqual([await writeAdmin(one), await writeAdmin(two)], Array(2).fill('cannot_update_admin_user'))
  await set(one, { compat: { admin_edit_rule: 'outrank' } })
  assert.equal(await writeAdmin(one), undefined, 'at once where it was changed')
  await eventually(async () => (await writeAdmin(two)) === undefined, 'the switch at the other node')
  assert.equal((await rtm.next('team_pref_change')).name, 'admin_edit_rule')

  await set(two, { settings: { state: 'ekm_access_denied' } })
  assert.equal(await writeAdmin(two), 'ekm_access_denied')
  await eventually(async () => (await writeAdmin(one)) === 'ekm_access_denied', 'the state at the other node')
  // Each reads what is stored, however old what it knows is.
  await Promise.all([
    set(one, { settings: { state: null } }, 'xoxp-owen'),
    set(two, { settings: { sudo_minutes: 7 } }, 'xoxp-olga'),
  ])
  const isWhole = async (node: TestNode) => {
    const { compat, settings } = (await node.call('team.prefs.get', 'xoxp-pia')).prefs
    return compat.admin_edit_rule === 'outrank' && settings.state === null && settings.sudo_minutes === 7
  }
  for (const node of [one, two]) await eventually(() => isWhole(node), 'what all three have changed')
  assert.deepEqual([one.problems, two.problems], [[], []])
})

test('each mail is sent once, by one of the nodes', async (t) => {
  const [one, two] = await start(t, aWorld())
  const people = ['ada', 'mel', 'bob', 'pia', 'owen'] as const
  for (let round = 0; round < 4; round++) {
    await Promise.all(
      people.map(async (name, index) => {
        const profile = JSON.stringify({ email: `${name}.${round}@coffee.example` })
        const node = index % 2 === 0 ? one : two
        const answer = await node.call('users.profile.set', 'xoxp-pia', { user: ids[name], profile })
        assert.equal(answer.ok, true, JSON.stringify(answer))
      }),
    )
  }
  // One to the new address and one to the old, for each change.
  const sent = () => [...one.post.mail(), ...two.post.mail()]
  await eventually(() => sent().length >= 40, 'all mails')
  assert.equal(new Set(sent().map(({ id }) => id)).size, 40)
  assert.equal(sent().length, 40)
})
