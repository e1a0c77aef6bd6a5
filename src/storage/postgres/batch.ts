import type { TeamId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { User } from '../../domain/user.ts'
import {
  type ChangeCall,
  type Committed,
  decideCalls,
  type Outcome,
  rowKey,
  settle,
  type Write,
  writesOf,
} from '../deciding.ts'
import { OutcomeUnknown, StorageUnavailable } from '../store.ts'
import type { Caches } from './caches.ts'
import { isConstraintViolation, outageOf } from './outages.ts'
import { openTables, type Tables } from './tables.ts'
import type { Transaction } from './transaction.ts'
import type { EmailKey, UserKey } from './users.ts'

export interface Batch {
  readonly caches: Caches
  readonly transaction: Transaction
  readonly textMax: number
  /** Told of what a batch wrote, after its commit and before its answers; `heads` are the numbers of the last entries of
   * the logs that it changed. */
  onCommit(writes: readonly Write[], heads: ReadonlyMap<TeamId, number>, durationMs: number): void
}

/** Decides the calls, writes what they decided with one commit, and only then answers them. */
export async function performBatch(batch: Batch, calls: readonly ChangeCall[]): Promise<void> {
  let waiting = calls
  while (waiting.length > 0) {
    const done = await finish(batch, waiting)
    waiting = waiting.slice(done)
  }
}

/** How often the only call of a batch is decided, where each time somebody else was quicker. */
const DECISIONS_MAX = 3

/** How many of the calls are answered, from the first on. */
async function finish(batch: Batch, calls: readonly ChangeCall[], decisions = 1): Promise<number> {
  let outcomes: readonly Outcome[] = []
  try {
    const teams = await findTeams(batch.caches, calls)
    const start = performance.now()
    const heads = await batch.transaction(
      async (db) => {
        outcomes = decideCalls(calls, await load(batch.caches, openTables(db), teams, calls), batch.textMax)
        return writesOf(outcomes)
      },
      (db, writes) => save(openTables(db), writes),
    )
    const writes = writesOf(outcomes)
    if (writes.length > 0) batch.onCommit(writes, heads, performance.now() - start)
    settle(outcomes)
    return outcomes.length
  } catch (error) {
    if (!isConstraintViolation(error)) return fail(calls, outcomes, error)
    // One row that the database refuses must not cost the others their call.
    if (outcomes.length > 1) return redoOneByOne(batch, outcomes)
    // Another process took the address after it was looked up: the next decision sees it taken.
    if (decisions < DECISIONS_MAX) return finish(batch, calls.slice(0, 1), decisions + 1)
    return fail(calls.slice(0, 1), outcomes, error)
  }
}

async function redoOneByOne(batch: Batch, outcomes: readonly Outcome[]): Promise<number> {
  for (const { call } of outcomes) await finish(batch, [call])
  return outcomes.length
}

async function findTeams(caches: Caches, calls: readonly ChangeCall[]): Promise<ReadonlyMap<TeamId, Team | undefined>> {
  const ids = [...new Set(calls.map(({ key }) => key.teamId))]
  return new Map(await Promise.all(ids.map(async (id) => [id, await caches.findTeam(id)] as const)))
}

/** All that the calls name, in one round trip. Whoever may be changed or judged by is locked; addresses and people who
 * are merely mentioned are looked at. */
async function load(
  caches: Caches,
  { users }: Tables,
  teams: ReadonlyMap<TeamId, Team | undefined>,
  calls: readonly ChangeCall[],
): Promise<Committed> {
  const { locked, mentioned, emails } = namedBy(calls)
  const [lockedRows, mentionedRows, owners] = await Promise.all([
    users.lock(locked),
    mentioned.length === 0 ? [] : users.find(mentioned),
    emails.length === 0 ? [] : users.findEmailOwners(emails),
  ])
  const found = new Map<string, User>([...caches.usersOf(mentionedRows), ...caches.usersOf(lockedRows)])
  const ownerIds = new Map(owners.map(({ teamId, emailLower, userId }) => [rowKey(teamId, emailLower), userId]))
  return {
    findTeam: (teamId) => teams.get(teamId),
    findUser: (teamId, userId) => found.get(rowKey(teamId, userId)),
    findEmailOwner: (teamId, emailLower) => ownerIds.get(rowKey(teamId, emailLower)),
  }
}

interface Named {
  readonly locked: readonly UserKey[]
  readonly mentioned: readonly UserKey[]
  readonly emails: readonly EmailKey[]
}

function namedBy(calls: readonly ChangeCall[]): Named {
  const locked = new Map<string, UserKey>()
  const mentioned = new Map<string, UserKey>()
  const emails = new Map<string, EmailKey>()
  for (const { key } of calls) {
    const { teamId } = key
    for (const userId of [key.actorId, key.userId]) locked.set(rowKey(teamId, userId), { teamId, userId })
    for (const userId of key.userIds) mentioned.set(rowKey(teamId, userId), { teamId, userId })
    for (const email of key.emails) {
      const emailLower = email.toLowerCase()
      emails.set(rowKey(teamId, emailLower), { teamId, emailLower })
    }
  }
  return { locked: [...locked.values()], mentioned: [...mentioned.values()], emails: [...emails.values()] }
}

/** Sends everything at once. */
async function save({ users, log }: Tables, writes: readonly Write[]): Promise<ReadonlyMap<TeamId, number>> {
  const changesUsers = writes.some(({ before, after }) => after !== before)
  const changesLog = writes.some(({ events, facts }) => events.length + facts.length > 0)
  const [, heads] = await Promise.all([changesUsers && users.save(writes), changesLog ? log.append(writes) : NO_HEADS])
  return heads
}

const NO_HEADS: ReadonlyMap<TeamId, number> = new Map()

/** Calls that were not decided share the fate of those that were. */
function fail(calls: readonly ChangeCall[], outcomes: readonly Outcome[], error: unknown): number {
  for (const outcome of outcomes) outcome.call.reject(errorFor(outcome, error))
  const undecided = outcomes.length === 0 ? calls : []
  for (const call of undecided) call.reject(outageOf(error))
  return outcomes.length + undecided.length
}

/** A call that was to write nothing has lost nothing, but what it was judged by may never have been. */
function errorFor(outcome: Outcome, error: unknown): unknown {
  if ('thrown' in outcome) return outcome.thrown
  if (outcome.write !== null || !(error instanceof OutcomeUnknown)) return error
  return new StorageUnavailable('The batch of this call could not be committed.', { cause: error })
}
