import assert from 'node:assert/strict'
import type { Snapshot, Store } from '../store.ts'
import { UnusableSnapshot } from '../store.ts'
import type { Case } from './conformance.ts'
import { ADA, BOB, fullTeam, grant, keyFor, OTHER_TEAM, setTitle, TEAM, team, user, withStatus } from './people.ts'
import { undelivered } from './readers.ts'

export const SNAPSHOTS: readonly Case[] = [
  {
    name: 'a snapshot brings back everything that was stored, through JSON, over whatever is stored now',
    run: async (place) => {
      const store = await place.open()
      await fill(store)
      const before = await everything(store)
      const snapshot = throughJson(await store.takeSnapshot())
      await spoil(store)
      assert.notDeepEqual(await everything(store), before)
      await store.restoreSnapshot(snapshot)
      assert.deepEqual(await everything(store), before)
      assert.deepEqual(throughJson(await store.takeSnapshot()), snapshot)
    },
  },
  {
    name: 'a snapshot brings back every row that differs, where the teams are as they were',
    run: async (place) => {
      const store = await place.open()
      await fill(store)
      const before = await everything(store)
      const snapshot = throughJson(await store.takeSnapshot())
      await store.restoreSnapshot(snapshot)
      assert.deepEqual(await everything(store), before)
      await spoilPeople(store)
      assert.notDeepEqual(await everything(store), before)
      await store.restoreSnapshot(snapshot)
      assert.deepEqual(await everything(store), before)
      assert.deepEqual(throughJson(await store.takeSnapshot()), snapshot)
    },
  },
  {
    name: 'a snapshot of an empty store empties a full one',
    run: async (place) => {
      const store = await place.open()
      const before = await everything(store)
      const snapshot = await store.takeSnapshot()
      await fill(store)
      await store.restoreSnapshot(snapshot)
      assert.deepEqual(await everything(store), before)
      await store.addTeam(team(), [user(ADA)])
      await store.change(keyFor(ADA), setTitle('a'))
      assert.equal(await store.findLastSeq(TEAM), 1)
    },
  },
  {
    name: 'a snapshot of one store fills another',
    run: async (place) => {
      const store = await place.open()
      await fill(store)
      await store.addToken('xoxp-eve', grant('three'))
      const before = await everything(store)
      const snapshot = await store.takeSnapshot()
      await store.restoreSnapshot({ ...snapshot, tables: { ...snapshot.tables, users: [], tokens: [] } })
      assert.equal(await store.findUser(TEAM, ADA), undefined)
      assert.equal(await store.findGrant('xoxp-ada'), undefined)
      await store.restoreSnapshot(snapshot)
      assert.deepEqual(await everything(store), before)
      const { users = [], tokens = [] } = snapshot.tables
      const fewer = { ...snapshot.tables, users: users.slice(1), tokens: tokens.slice(1) }
      await store.restoreSnapshot({ ...snapshot, tables: fewer })
      await store.restoreSnapshot(snapshot)
      assert.deepEqual(await store.takeSnapshot(), snapshot, 'in the same order, too')
    },
  },
  {
    name: 'snapshots stand in the line of writes: what came before is in, what comes after is decided on what is restored',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      const early = store.change(keyFor(ADA), setTitle('early'))
      const taken = store.takeSnapshot()
      const late = store.change(keyFor(ADA), setTitle('late'))
      await Promise.all([early, taken, late])
      const restored = store.restoreSnapshot(await taken)
      const seen: unknown[] = []
      const after = store.change(keyFor(ADA), (loaded) => {
        seen.push(loaded.user?.profile.title)
        return setTitle('after')(loaded)
      })
      await Promise.all([restored, after])
      assert.deepEqual(seen, ['early'])
      assert.deepEqual(
        (await store.readLog(TEAM, 0, 10)).map(({ seq }) => seq),
        [1, 2],
      )
    },
  },
  {
    name: 'a restored snapshot is a commit that is told, with the earliest expiry of all',
    run: async (place) => {
      const store = await place.open()
      await fill(store)
      const snapshot = await store.takeSnapshot()
      const heard: unknown[] = []
      store.onCommit((commit) => heard.push(commit))
      await store.restoreSnapshot(snapshot)
      assert.deepEqual(heard, [{ teams: new Map([[TEAM, 3]]), earliestExpiration: 500 }])
    },
  },
  {
    name: 'a snapshot that is none of this engine is refused, and all stays as it was',
    run: async (place) => {
      const store = await place.open()
      await fill(store)
      const before = await everything(store)
      const good = await store.takeSnapshot()
      const { tables } = good
      const { log: _, ...withoutLog } = tables
      const [row = {}] = tables.users ?? []
      const bad: Snapshot[] = [
        { ...good, version: good.version + 1 },
        { ...good, tables: withoutLog },
        { ...good, tables: {} },
        { ...good, tables: null as unknown as Snapshot['tables'] },
        { ...good, tables: { ...tables, users: [row, row] } },
        { ...good, tables: { ...tables, users: [{ team_id: TEAM }] } },
        { ...good, tables: { ...tables, users: [null as unknown as typeof row] } },
        { ...good, tables: { ...tables, users: [{ ...row, ordinal: 'first' }] } },
        { ...good, tables: { ...tables, users: [{ ...row, body: {} as unknown as string }] } },
        { ...good, tables: { ...tables, users: [{ ...row, body: '{"id":' }] } },
        { ...good, tables: { ...tables, teams: [] } },
        ...withOddBodies(good),
      ]
      for (const snapshot of bad) await assert.rejects(store.restoreSnapshot(snapshot), UnusableSnapshot)
      assert.deepEqual(await everything(store), before)
      await store.change(keyFor(ADA), setTitle('on'))
    },
  },
]

async function fill(store: Store): Promise<void> {
  await store.addTeam(fullTeam(), [user(ADA), { ...withStatus(BOB, 500), ordinal: 1, email: 'bob@example.com' }])
  await store.addToken('xoxp-ada', grant('one'))
  await store.addToken('xoxp-bob', grant('two', { userId: BOB }))
  await store.revokeToken(TEAM, 'two', 500, () => ({ kind: 'message', userId: BOB, text: 'revoked' }))
  await store.change(keyFor(ADA), (loaded) => ({
    ...setTitle('Barista')(loaded),
    facts: [{ kind: 'email_changed', userId: ADA, from: null, to: 'ada@example.com' }],
  }))
  await store.saveProgress({
    teamId: TEAM,
    reader: 'mail',
    cursor: 2,
    keep: [undelivered('Ev1', { nextAt: null, reader: 'mail' })],
  })
}

/** As somebody may make them who edits a snapshot by hand. */
function withOddBodies({ version, tables }: Snapshot): Snapshot[] {
  const odd: readonly (readonly [table: string, key: string, value: unknown])[] = [
    ['users', 'id', 5],
    ['users', 'profile', undefined],
    ['users', 'profile', { status: { expiration: 0 } }],
    ['users', 'deleted', true],
    ['users', 'teamId', OTHER_TEAM],
    ['teams', 'id', OTHER_TEAM],
    ['teams', 'apps', {}],
    ['teams', 'settings', null],
    ['tokens', 'scopes', 'users:read'],
    ['tokens', 'kind', 'bot'],
    ['log', 'id', BOB],
    ['log', 'profile', []],
    ['log', 'userId', 5],
  ]
  const withBodies = (name: string, bodyOf: (body: object) => unknown): Snapshot => {
    const rows = tables[name]?.map((row) => ({ ...row, body: JSON.stringify(bodyOf(JSON.parse(String(row.body)))) }))
    return { version, tables: { ...tables, [name]: rows ?? [] } }
  }
  return [
    ...['teams', 'users', 'tokens', 'log'].flatMap((name) =>
      [[], 5, 'text', null, {}].map((v) => withBodies(name, () => v)),
    ),
    ...odd.map(([name, key, value]) => withBodies(name, (body) => ({ ...body, [key]: value }))),
  ]
}

/** As `spoil`, but for the teams; Ada gets the address that was Bob's. */
async function spoilPeople(store: Store): Promise<void> {
  for (const [id, email] of [
    [BOB, null],
    [ADA, 'bob@example.com'],
  ] as const) {
    await store.change(keyFor(id), ({ user: found = user(id) }) => ({
      user: { ...found, email, updated: found.updated + 1 },
      events: ['user_change'],
    }))
  }
  await store.revokeToken(TEAM, 'one', 600)
  await store.addToken('xoxp-eve', grant('three'))
  await store.saveProgress({ teamId: TEAM, reader: 'mail', cursor: 4, keep: [undelivered('Ev2')], drop: ['Ev1'] })
  await store.saveProgress({ teamId: TEAM, reader: 'other', cursor: 4 })
  await everything(store)
}

/** Changes a row of every table, adds one, and warms the caches with what is not to stay. */
async function spoil(store: Store): Promise<void> {
  await store.saveTeam({ ...fullTeam(), name: 'Tea Co' })
  await store.addTeam(team(OTHER_TEAM), [user(ADA, { teamId: OTHER_TEAM })])
  await store.change(keyFor(ADA), setTitle('Roaster'))
  await store.change(keyFor(BOB), ({ user: bob = user(BOB) }) => ({
    user: { ...bob, email: null, profile: user(BOB).profile, updated: 9 },
    events: [],
  }))
  await store.revokeToken(TEAM, 'one', 600)
  await store.addToken('xoxp-eve', grant('three'))
  await store.saveProgress({ teamId: TEAM, reader: 'mail', cursor: 4, keep: [undelivered('Ev2')], drop: ['Ev1'] })
  await store.saveProgress({ teamId: TEAM, reader: 'other', cursor: 4 })
  await everything(store)
}

async function everything(store: Store): Promise<unknown> {
  const tokens = ['xoxp-ada', 'xoxp-bob', 'xoxp-eve']
  return {
    teams: await store.findTeams(null, 1000),
    team: await store.getTeam(TEAM).catch(String),
    users: await store.findUsers(TEAM, null, 100),
    others: await store.findUsers(OTHER_TEAM, null, 100),
    ada: await store.findUser(TEAM, ADA),
    bob: await store.findUser(TEAM, BOB),
    tokens: await store.findTokens(TEAM, null, 1000),
    grants: await Promise.all(tokens.map((token) => store.findGrant(token))),
    log: await store.readLog(TEAM, 0, 100),
    lastSeq: await store.findLastSeq(TEAM),
    nextExpiration: await store.findNextExpiration(),
    cursors: [await store.findCursor(TEAM, 'mail'), await store.findCursor(TEAM, 'other')],
    undelivered: await store.findUndelivered(TEAM, null, 100),
    withApps: await store.findTeamsWithApps(null, 100),
  }
}

function throughJson(snapshot: Snapshot): Snapshot {
  return JSON.parse(JSON.stringify(snapshot))
}
