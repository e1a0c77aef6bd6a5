import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { MAIL_READER, type OtherFact } from '../../src/domain/event.ts'
import type { TeamId } from '../../src/domain/ids.ts'
import { ADA, grant, keyFor, setTitle, team, titlesIn, user } from '../../src/storage/conformance/people.ts'
import { undelivered } from '../../src/storage/conformance/readers.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import type { Loaded, Store } from '../../src/storage/store.ts'
import { startPostgres } from '../support/postgres.ts'

const server = await startPostgres()
after(() => server.stop())

const TEAMS = ['T0ONE', 'T0TWO', 'T0THREE', 'T0FOUR'] as TeamId[]
const READER = 'app:status'

test('where teams are sharded, no transaction touches two of them, and every write is there', async () => {
  const { transactions, store } = await recordLoad({ shardByTeam: true })
  for (const teams of transactions) assert.ok(teams.size <= 1, [...teams].join(' and '))
  assert.deepEqual(new Set(transactions.flatMap((teams) => [...teams])), new Set(TEAMS))
  for (const teamId of TEAMS) {
    assert.deepEqual(titlesIn(await store.readLog(teamId, 0, 100)), ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    assert.equal((await store.findTokens(teamId, null, 10))[0]?.revoked, true)
  }
  await store.close()
})

test('elsewhere, teams that write at one time share transactions', async () => {
  const { transactions, store } = await recordLoad({ shardByTeam: false })
  assert.ok(transactions.some((teams) => teams.size > 1))
  await store.close()
})

/** The team ids that each transaction of a load over several teams has sent. */
async function recordLoad(options: { shardByTeam: boolean }) {
  const url = await server.createDatabase()
  const store = await openPostgres({ url, tokenDigest: (token) => token, ...options })
  const transactions: ReadonlySet<string>[] = []
  const stop = recordTransactions(transactions)
  try {
    await Promise.all(TEAMS.map((id) => store.addTeam(team(id), [user(ADA, { teamId: id })])))
    await Promise.all([...TEAMS.map((id) => change(store, id)), ...TEAMS.map((id) => administer(store, id))])
    const claimed = await store.claimDue(MAIL_READER, 1_000_000, 2_000_000, 1000)
    assert.equal(claimed.length, 10 * TEAMS.length)
    await shareWork(store)
    return { transactions, store }
  } finally {
    stop()
  }
}

async function change(store: Store, teamId: TeamId): Promise<void> {
  const mailed: OtherFact = { kind: 'email_changed', userId: ADA, from: null, to: 'ada@example.com' }
  const decide = (title: string) => (loaded: Loaded) => ({ ...setTitle(title)(loaded), facts: [mailed], at: 1000 })
  const titles = Array.from({ length: 10 }, (_, index) => String(index))
  await Promise.all(titles.map((title) => store.change(keyFor(ADA, { teamId }), decide(title))))
}

async function administer(store: Store, teamId: TeamId): Promise<void> {
  await store.addToken(`xoxp-${teamId}`, grant('one', { teamId }))
  await store.findGrant(`xoxp-${teamId}`)
  await store.saveTeam({ ...team(teamId), name: 'Tea Co' })
  const pref = { kind: 'team_pref_changed', userId: ADA, name: 'sudo_minutes', value: 1 } as const
  await store.changeTeam(teamId, (loaded) => ({ team: { ...loaded, name: 'Cocoa Co' }, facts: [pref], at: 1000 }))
  const tell = (): OtherFact => ({ kind: 'message', userId: ADA, text: 'revoked' })
  await store.revokeToken(teamId, 'one', 500, tell)
  await store.saveProgress({
    teamId,
    reader: READER,
    cursor: 1,
    keep: [undelivered('Ev1', { teamId, reader: READER })],
  })
  await store.saveProgress({ teamId, reader: READER, cursor: 2, drop: ['Ev1'] })
}

async function shareWork({ leases }: Store): Promise<void> {
  const works = TEAMS.map((teamId) => ({ teamId, name: READER }))
  await leases.begin('node', 60_000)
  const taken = await leases.take('node', works)
  assert.equal(taken.length, works.length)
  await leases.giveBack(taken)
  assert.equal((await leases.take('node', works)).length, works.length)
  await leases.end('node')
}

/** Listens at every connection: to what is sent between a begin and its end, and to writes that stand alone. */
function recordTransactions(transactions: ReadonlySet<string>[]): () => void {
  const open = new WeakMap<object, Set<string>>()
  const { query } = pg.Client.prototype
  const note = (client: object, text: string, values: unknown) => {
    const teams = open.get(client)
    if (text.startsWith('begin')) open.set(client, new Set())
    else if (teams === undefined) {
      if (WRITES.test(text)) transactions.push(new Set(teamsIn(values)))
    } else if (text === 'commit' || text === 'rollback') {
      transactions.push(teams)
      open.delete(client)
    } else for (const teamId of teamsIn(values)) teams.add(teamId)
  }
  Object.assign(pg.Client.prototype, {
    query(this: object, text: unknown, values?: unknown, ...rest: unknown[]) {
      if (typeof text === 'string') note(this, text, values)
      return Reflect.apply(query, this, [text, values, ...rest])
    },
  })
  return () => void Object.assign(pg.Client.prototype, { query })
}

const WRITES = /\b(insert into|update|delete from)\b/

function teamsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(teamsIn)
  return TEAMS.some((id) => id === value) ? [String(value)] : []
}
