import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { refuse } from '../../src/domain/errors.ts'
import type { TeamId, UserId } from '../../src/domain/ids.ts'
import type { Team } from '../../src/domain/team.ts'
import {
  ADA,
  BOB,
  grant,
  keyFor,
  OTHER_TEAM,
  setTitle,
  TEAM,
  team,
  user,
  withStatus,
} from '../../src/storage/conformance/people.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import type { Change, Commit, Loaded, Store } from '../../src/storage/store.ts'
import { startPostgres } from '../support/postgres.ts'

const server = await startPostgres()
after(() => server.stop())

const PEOPLE = Array.from({ length: 20 }, (_, index) => `U0P${index + 100}` as UserId)

/** Several servers on one database. */
async function openNodes(count: number, options: { doorbell?: boolean } = {}): Promise<Store[]> {
  const url = await server.createDatabase()
  // All of them find an empty database and want to make its tables.
  return Promise.all(
    Array.from({ length: count }, () => openPostgres({ url, tokenDigest: (token) => token, ...options })),
  )
}

async function closeAll(stores: readonly Store[]): Promise<void> {
  await Promise.all(stores.map((store) => store.close()))
}

test('two nodes that write to the same people lose no change, and a third reads a log without a gap meanwhile', async () => {
  const nodes = await openNodes(3)
  const [one, two, reader] = nodes as [Store, Store, Store]
  await one.addTeam(
    team(),
    PEOPLE.map((id, ordinal) => user(id, { ordinal, updated: 0 })),
  )
  const rounds = 40
  const writing = [one, two].flatMap((store) =>
    PEOPLE.map(async (userId) => {
      for (let round = 0; round < rounds; round += 1) await store.change(keyFor(userId), count)
    }),
  )
  const total = 2 * PEOPLE.length * rounds
  const values = new Map<UserId, number>()
  let seq = 0
  let pages = 0
  while (seq < total) {
    const page = await reader.readLog(TEAM, seq, 100)
    if (page.length > 0) pages += 1
    for (const entry of page) {
      // No number is left out, and each person's values come in their order.
      assert.equal(entry.seq, seq + 1)
      seq = entry.seq
      assert.ok(entry.kind === 'user')
      assert.equal(entry.user.updated, (values.get(entry.user.id) ?? 0) + 1)
      values.set(entry.user.id, entry.user.updated)
    }
  }
  await Promise.all(writing)
  assert.ok(pages > 5, `only ${pages} pages while writing`)
  for (const userId of PEOPLE) assert.equal((await reader.findUser(TEAM, userId))?.updated, 2 * rounds)
  assert.deepEqual(await reader.readLog(TEAM, total, 10), [])
  await closeAll(nodes)
})

test('of nodes that give one address to different people at once, one succeeds and the others are told whose it is', async () => {
  const nodes = await openNodes(3)
  const [first] = nodes as [Store]
  await first.addTeam(
    team(),
    PEOPLE.map((id, ordinal) => user(id, { ordinal })),
  )
  for (let round = 0; round < 20; round += 1) {
    const email = `round-${round}@example.com`
    const takers = nodes.map((store, index) => ({
      store,
      userId: PEOPLE[(round + index * 5) % PEOPLE.length] as UserId,
    }))
    // Others in the same batches, who are not to suffer.
    const bystanders = nodes.map((store, index) =>
      store.change(keyFor(PEOPLE[(round + index * 5 + 1) % 20] as UserId), count),
    )
    const answers = await Promise.all(
      takers.map(({ store, userId }) => store.change(keyFor(userId, { emails: [email] }), take(userId, email))),
    )
    await Promise.all(bystanders)
    const winners = takers.filter((_, index) => !('refused' in (answers[index] as object)))
    assert.equal(winners.length, 1)
    const [winner] = winners
    for (const answer of answers) {
      if ('refused' in answer) assert.deepEqual(answer, refuse('email_taken', winner?.userId))
    }
  }
  await closeAll(nodes)
})

test('two nodes can pass one address on within a moment', async () => {
  const nodes = await openNodes(2)
  const [one, two] = nodes as [Store, Store]
  await one.addTeam(team(), [user(ADA, { email: 'shared@example.com' }), user(BOB, { ordinal: 1 })])
  const drop = (loaded: Loaded): Change => ({ user: { ...changed(loaded), email: null }, events: [] })
  for (const [from, to] of [
    [ADA, BOB],
    [BOB, ADA],
    [ADA, BOB],
  ] as const) {
    await one.change(keyFor(from), drop)
    const answer = await two.change(keyFor(to, { emails: ['shared@example.com'] }), take(to, 'shared@example.com'))
    assert.ok(!('refused' in answer))
  }
  await closeAll(nodes)
})

test('what one node has answered, every node reads: people at once, tokens and teams within a second', async () => {
  const nodes = await openNodes(2)
  const [one, two] = nodes as [Store, Store]
  await one.addTeam(team(), [user(ADA)])
  await one.addToken('xoxp-ada', grant('one'))
  assert.equal((await two.findGrant('xoxp-ada'))?.revoked, false)
  assert.equal((await two.getTeam(TEAM)).name, 'Coffee Co')
  for (let round = 0; round < 20; round += 1) {
    await one.change(keyFor(ADA), setTitle(`round ${round}`))
    assert.equal((await two.findUser(TEAM, ADA))?.profile.title, `round ${round}`)
  }
  await Promise.all([one.revokeToken(TEAM, 'one', 500), one.saveTeam({ ...team(), name: 'Tea Co' })])
  const start = performance.now()
  assert.equal((await one.findGrant('xoxp-ada'))?.revoked, true)
  assert.equal((await one.getTeam(TEAM)).name, 'Tea Co')
  while (!(await two.findGrant('xoxp-ada'))?.revoked || (await two.getTeam(TEAM)).name !== 'Tea Co') {
    assert.ok(performance.now() - start < 1000, 'a second has passed')
    await new Promise((resolve) => setImmediate(resolve))
  }
  await closeAll(nodes)
})

test('nodes that change one team at once lose no change of it, and tell of each', async () => {
  const nodes = await openNodes(3)
  const [first] = nodes as [Store]
  await first.addTeam({ ...team(), name: '' }, [])
  const rounds = 20
  const fact = { kind: 'team_pref_changed', userId: ADA, name: 'sudo_minutes', value: 1 } as const
  const append = (letter: string) => (loaded: Team) => ({
    team: { ...loaded, name: loaded.name + letter },
    facts: [fact],
    at: 7000,
  })
  const changing = nodes.flatMap((store, index) =>
    Array.from({ length: rounds }, () => store.changeTeam(TEAM, append(`${index}`))),
  )
  await Promise.all(changing)
  const { name } = (await first.changeTeam(TEAM, (loaded) => ({ team: loaded, facts: [], at: 0 }))).team
  for (const index of nodes.keys()) assert.equal(name.split(`${index}`).length - 1, rounds, name)
  assert.equal((await first.readLog(TEAM, 0, 100)).length, rounds * nodes.length)
  await closeAll(nodes)
})

for (const doorbell of [true, false]) {
  test(`a commit of another node is told ${doorbell ? 'when it rings' : 'also where nobody can ring'}, with the next expiry`, async () => {
    const nodes = await openNodes(2, { doorbell })
    const [one, two] = nodes as [Store, Store]
    const heard = listen(two)
    const stop = two.follow(TEAM, () => {})
    await one.addTeam(team(), [withStatus(ADA, 900), { ...withStatus(BOB, 500), ordinal: 1 }])
    assert.deepEqual(await heard.next(), { teams: new Map(), earliestExpiration: 500 })
    await one.change(keyFor(ADA), setTitle('a'))
    assert.deepEqual(await heard.next(), { teams: new Map([[TEAM, 1]]), earliestExpiration: 0 })
    assert.equal((await two.readLog(TEAM, 0, 10)).length, 1)
    assert.equal(await two.findLastSeq(TEAM), 1)
    // Its own commits are told once, and by itself.
    await two.change(keyFor(ADA), setTitle('b'))
    assert.deepEqual(await heard.next(), { teams: new Map([[TEAM, 2]]), earliestExpiration: 900 })
    stop()
    heard.stop()
    await closeAll(nodes)
  })
}

test('who follows one team hears of what other nodes write there, and of no other team', async () => {
  const nodes = await openNodes(2)
  const [one, two] = nodes as [Store, Store]
  await one.addTeam(team(), [user(ADA)])
  await one.addTeam(team(OTHER_TEAM), [user(ADA, { teamId: OTHER_TEAM })])
  await one.change(keyFor(ADA), setTitle('before'))
  const followed: number[] = []
  const heard = listen(two)
  two.follow(TEAM, (lastSeq) => followed.push(lastSeq))
  assert.equal(await two.findLastSeq(TEAM), 1)
  await one.change(keyFor(ADA, { teamId: OTHER_TEAM }), setTitle('a'))
  await one.change(keyFor(ADA), setTitle('b'))
  assert.deepEqual(await heard.next(), { teams: new Map([[TEAM, 2]]), earliestExpiration: 0 })
  assert.equal(followed.at(-1), 2)
  assert.ok(!followed.some((lastSeq, index) => lastSeq < (followed[index - 1] ?? 0)), `${followed}`)
  await closeAll(nodes)
})

test('where very many teams are followed, each is looked at in its turn', async () => {
  const nodes = await openNodes(2, { doorbell: false })
  const [one, two] = nodes as [Store, Store]
  await one.addTeam(team(), [user(ADA)])
  for (let index = 0; index < 5000; index += 1) two.follow(`T0NOBODY${index}` as TeamId, () => {})
  const heard = listen(two)
  two.follow(TEAM, () => {})
  assert.equal(await two.findLastSeq(TEAM), 0)
  await one.change(keyFor(ADA), setTitle('a'))
  assert.deepEqual(await heard.next(), { teams: new Map([[TEAM, 1]]), earliestExpiration: 0 })
  await closeAll(nodes)
})

test('a snapshot that one node restores is what the others see', async () => {
  const nodes = await openNodes(2)
  const [one, two] = nodes as [Store, Store]
  await one.addTeam(team(), [user(ADA)])
  const snapshot = await one.takeSnapshot()
  await one.change(keyFor(ADA), setTitle('a'))
  const heard = listen(two)
  two.follow(TEAM, () => {})
  await two.change(keyFor(ADA), setTitle('b'))
  assert.deepEqual(await heard.next(), { teams: new Map([[TEAM, 2]]), earliestExpiration: 0 })
  await one.restoreSnapshot(snapshot)
  assert.deepEqual(await heard.next(), { teams: new Map([[TEAM, 0]]), earliestExpiration: 0 })
  assert.equal((await two.findUser(TEAM, ADA))?.profile.title, '')
  await two.change(keyFor(ADA), setTitle('c'))
  assert.equal(await two.findLastSeq(TEAM), 1)
  heard.stop()
  await closeAll(nodes)
})

function changed({ user: loaded }: Loaded) {
  assert.ok(loaded)
  return { ...loaded, updated: loaded.updated + 1 }
}

function count(loaded: Loaded): Change {
  return { user: changed(loaded), events: ['user_change'] }
}

function take(userId: UserId, email: string) {
  return (loaded: Loaded) => {
    const owner = loaded.emailOwners.get(email)
    if (owner !== undefined && owner !== userId) return refuse('email_taken', owner)
    return { user: { ...changed(loaded), email }, events: ['user_change'] } satisfies Change
  }
}

/** Gives the commits that a store tells of, one by one. */
function listen(store: Store) {
  const heard: Commit[] = []
  const more = new EventTarget()
  const stop = store.onCommit((commit) => {
    heard.push(commit)
    more.dispatchEvent(new Event('heard'))
  })
  return {
    stop,
    next: async (): Promise<Commit | undefined> => {
      if (heard.length === 0) await once(more, 'heard', { signal: AbortSignal.timeout(5000) })
      return heard.shift()
    },
  }
}

test('signs of life and changes do not wait for those who read', async () => {
  const [store] = (await openNodes(1)) as [Store]
  await store.addTeam(team(), [user(ADA)])
  await store.leases.begin('node', 60_000)
  let reading = 2000
  const reads = Array.from({ length: reading }, () =>
    store.findUsers(TEAM, null, 1000).then(() => {
      reading -= 1
    }),
  )
  assert.deepEqual(await store.leases.renew('node', 60_000), ['node'])
  await store.change(keyFor(ADA), setTitle('in between'))
  assert.ok(reading > 0, 'the readers had all been served before')
  await Promise.all(reads)
  await store.close()
})
