import type { Refusal } from '../../domain/errors.ts'
import type { Fact, LogEntry, OtherFact } from '../../domain/event.ts'
import type { Grant } from '../../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { User } from '../../domain/user.ts'
import { Commits, earliestExpirationOf, earliestWritten } from '../commits.ts'
import { type ChangeCall, encodeFact, type Write } from '../deciding.ts'
import { LeaseLost } from '../leases.ts'
import {
  COUNTED_ROWS_MAX,
  checkProgress,
  DEFAULT_LIMITS,
  LAST_ENTRIES_MAX,
  pageOf,
  type StoreLimits,
} from '../limits.ts'
import {
  type BatchSeen,
  type Change,
  type ChangeKey,
  type Commit,
  type ExpiringStatus,
  type Loaded,
  OutcomeUnknown,
  type Progress,
  type Snapshot,
  StorageUnavailable,
  type Store,
  type StoreStats,
  type Undelivered,
  type UndeliveredCount,
} from '../store.ts'
import { WriteQueue } from '../write-queue.ts'
import { performBatch } from './batch.ts'
import { Caches } from './caches.ts'
import { Checkpoints } from './checkpoints.ts'
import { type Connection, MEMORY, touchHeader } from './connection.ts'
import { type OwnLeases, openLeases } from './leases.ts'
import type { Notes } from './notes.ts'
import { openSnapshots, type Snapshots } from './snapshots.ts'
import { openTables, type Tables } from './tables.ts'
import { openTickets, type Tickets } from './tickets.ts'
import type { Revoked } from './tokens.ts'
import { openTransaction, outageOf, type Transaction } from './transaction.ts'

export interface SqliteOptions {
  /** A file, made where there is none, or `:memory:`. */
  readonly path: string
  /** What is stored of a token. It must not lead back to the token. */
  readonly tokenDigest: (token: string) => string | Buffer
  readonly limits?: Partial<StoreLimits>
}

export class SqliteStore implements Store {
  readonly isShared = false
  readonly leases: OwnLeases = openLeases()
  readonly #tickets: Tickets
  readonly #db: Connection
  readonly #tokenDigest: (token: string) => string | Buffer
  readonly #tables: Tables
  readonly #snapshots: Snapshots
  readonly #caches: Caches
  readonly #checkpoints: Checkpoints | undefined
  readonly #begin: Transaction
  readonly #queue: WriteQueue
  #closing: Promise<void> | undefined
  /** Known here, since asking the driver costs every read more than a look into a cache. */
  #isOpen = true
  readonly #commits = new Commits()
  /** Whether the last transaction reached the disk. */
  #isWorking = true
  readonly #queuedMax: number
  #batches = 0
  #changes = 0

  constructor(db: Connection, { path, tokenDigest, limits: chosen }: SqliteOptions) {
    const limits = { ...DEFAULT_LIMITS, ...chosen }
    this.#db = db
    this.#tokenDigest = tokenDigest
    this.#tables = openTables(db)
    this.#snapshots = openSnapshots(db)
    this.#caches = new Caches(this.#tables, limits)
    this.#tickets = openTickets(limits.ticketsMax)
    this.#checkpoints = path === MEMORY ? undefined : new Checkpoints(db)
    this.#begin = openTransaction(db)
    this.#queuedMax = limits.queuedCallsMax
    this.#queue = new WriteQueue(limits, (calls) => this.#perform(calls, limits.batchTextMax))
  }

  change<Decision extends Refusal | Change>(key: ChangeKey, decide: (loaded: Loaded) => Decision): Promise<Decision> {
    return this.#queue.change(key, decide)
  }

  async findGrant(token: string): Promise<Grant | undefined> {
    return this.#read(() => this.#caches.findGrant(this.#digest(token)))
  }

  async getTeam(teamId: TeamId): Promise<Team> {
    const team = this.#read(() => this.#caches.findTeam(teamId))
    if (team === undefined) throw new Error(`There is no team ${teamId}.`)
    return team
  }

  async findTeam(teamId: TeamId): Promise<Team | undefined> {
    return this.#read(() => this.#caches.findTeam(teamId))
  }

  async findTeams(after: TeamId | null, limit: number): Promise<readonly Team[]> {
    return this.#read(() => this.#tables.teams.findAfter(after ?? '', pageOf(limit)))
  }

  async findTeamsWithApps(after: TeamId | null, limit: number): Promise<readonly Team[]> {
    return this.#read(() => this.#tables.teams.findAfterWithApps(after ?? '', pageOf(limit)))
  }

  async findUser(teamId: TeamId, userId: UserId): Promise<User | undefined> {
    return this.#read(() => this.#caches.findUser(teamId, userId))
  }

  async findUsers(teamId: TeamId, after: UserId | null, limit: number): Promise<readonly User[]> {
    const rows = pageOf(limit)
    return this.#read(() =>
      after === null ? this.#tables.users.findFirst(teamId, rows) : this.#tables.users.findAfter(teamId, after, rows),
    )
  }

  addTeam(team: Team, users: readonly User[]): Promise<void> {
    return this.#write(
      () => {
        this.#tables.teams.add(team)
        for (const user of users) this.#tables.users.add(user)
      },
      { findEarliest: () => earliestExpirationOf(users) },
    )
  }

  saveTeam(team: Team): Promise<void> {
    return this.#write(
      () => {
        if (!this.#tables.teams.save(team)) throw new Error(`There is no team ${team.id}.`)
      },
      { afterCommit: () => this.#caches.forgetTeam(team.id) },
    )
  }

  async hasUserToken(teamId: TeamId, userId: UserId, appId: AppId | null): Promise<boolean> {
    return this.#read(() => this.#caches.hasUserToken(teamId, userId, appId))
  }

  addToken(token: string, grant: Grant): Promise<void> {
    return this.#write(() => this.#tables.tokens.add(this.#digest(token), grant), {
      afterCommit: () => this.#caches.forgetUserTokens(),
    })
  }

  async hasTokens(): Promise<boolean> {
    return this.#read(() => this.#tables.tokens.hasAny())
  }

  async findTokens(teamId: TeamId, after: string | null, limit: number): Promise<readonly Grant[]> {
    return this.#read(() => this.#tables.tokens.findAfter(teamId, after ?? '', pageOf(limit)))
  }

  async revokeToken(
    teamId: TeamId,
    tokenId: string,
    now: number,
    tell: (grant: Grant) => OtherFact | undefined = () => undefined,
  ): Promise<boolean> {
    const revoked = await this.#write(() => this.#revoke(this.#tables.tokens.revoke(teamId, tokenId, now), now, tell), {
      afterCommit: (done) => done && this.#caches.forgetGrant(done.digest),
      headsOf: (done) => done?.heads,
    })
    return revoked !== undefined
  }

  async readLog(teamId: TeamId, after: number, limit: number): Promise<readonly LogEntry[]> {
    return this.#read(() => this.#tables.log.read(teamId, after, pageOf(limit)))
  }

  async findEntry(teamId: TeamId, seq: number): Promise<LogEntry | undefined> {
    return this.#read(() => this.#tables.log.find(teamId, seq))
  }

  async findLast(teamId: TeamId, kind: Fact['kind'], limit: number): Promise<readonly LogEntry[]> {
    return this.#read(() => this.#tables.log.findLast(teamId, kind, pageOf(limit, LAST_ENTRIES_MAX)))
  }

  async findLastSeq(teamId: TeamId): Promise<number> {
    return this.#read(() => this.#tables.log.findLastSeq(teamId))
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    return this.#commits.listen(listener)
  }

  follow(teamId: TeamId, listener: (lastSeq: number) => void): () => void {
    return this.#commits.follow(teamId, listener)
  }

  async findExpiring(dueAt: number, limit: number): Promise<readonly ExpiringStatus[]> {
    return this.#read(() => this.#tables.users.findExpiring(dueAt, pageOf(limit)))
  }

  async findNextExpiration(): Promise<number | undefined> {
    return this.#read(() => this.#tables.users.findNextExpiration())
  }

  async findCursor(teamId: TeamId, reader: string): Promise<number | undefined> {
    return this.#read(() => this.#tables.cursors.find(teamId, reader))
  }

  async beginReaders(teamId: TeamId, readers: readonly string[]): Promise<void> {
    const { cursors, log } = this.#tables
    const isNew = (reader: string) => cursors.find(teamId, reader) === undefined
    // Most have begun long ago, and cost no transaction.
    if (!this.#read(() => readers.some(isNew))) return
    await this.#write(() => {
      const end = log.findLastSeq(teamId)
      for (const reader of readers.filter(isNew)) cursors.save(teamId, reader, end)
    })
  }

  async saveProgress(progress: Progress): Promise<void> {
    checkProgress(progress)
    const { teamId, reader, cursor, keep = [], drop = [], lease } = progress
    const { cursors, undelivered } = this.#tables
    await this.#write(() => {
      if (lease !== undefined && !this.leases.holds(lease)) throw new LeaseLost(`${reader} of ${teamId} is another's.`)
      if (cursor !== undefined) cursors.save(teamId, reader, cursor)
      for (const id of drop) undelivered.drop(teamId, reader, id)
      for (const kept of keep) undelivered.keep(kept)
    })
  }

  async findUndelivered(teamId: TeamId, reader: string | null, limit: number): Promise<readonly Undelivered[]> {
    const { undelivered } = this.#tables
    const rows = pageOf(limit)
    return this.#read(() =>
      reader === null ? undelivered.findOfTeam(teamId, rows) : undelivered.findOfReader(teamId, reader, rows),
    )
  }

  async claimDue(reader: string, now: number, later: number, limit: number): Promise<readonly Undelivered[]> {
    const rows = pageOf(limit)
    const next = await this.findNextDue(reader)
    // Most looks find nothing, and cost no transaction.
    if (next === undefined || next > now) return []
    return this.#write(() => this.#tables.undelivered.claim(reader, { now, later }, rows))
  }

  async findNextDue(reader: string): Promise<number | undefined> {
    return this.#read(() => this.#tables.undelivered.findNextDue(reader))
  }

  async saveTicket(digest: string, sealed: string, lifeMs: number): Promise<boolean> {
    return this.#tickets.save(digest, sealed, lifeMs)
  }

  async takeTicket(digest: string): Promise<string | undefined> {
    return this.#tickets.take(digest)
  }

  async findNote(key: string): Promise<string | undefined> {
    return this.#read(() => this.#tables.notes.find(key))
  }

  putNote(key: string, value: string | null, expected: string | null): Promise<boolean> {
    return this.#write(() => putNote(this.#tables.notes, key, value, expected))
  }

  takeSnapshot(): Promise<Snapshot> {
    return this.#queue.alone(() => this.#read(() => this.#snapshots.take()))
  }

  restoreSnapshot(snapshot: Snapshot): Promise<void> {
    return this.#write(() => this.#snapshots.restore(snapshot), {
      afterCommit: () => this.#caches.clear(),
      // A followed team that has lost its whole log is told of, too.
      headsOf: () =>
        new Map([...this.#commits.followed().map((id) => [id, 0] as const), ...this.#tables.log.findHeads()]),
      findEarliest: () => this.#tables.users.findNextExpiration() ?? 0,
    })
  }

  stats(): StoreStats {
    return {
      engine: 'sqlite',
      queuedMax: this.#queuedMax,
      queued: this.#queue.length,
      batches: this.#batches,
      changes: this.#changes,
    }
  }

  onBatch(listener: (batch: BatchSeen) => void): () => void {
    return this.#commits.watch(listener)
  }

  async ping(): Promise<void> {
    if (!this.#isOpen) throw new StorageUnavailable('The store is closed.')
    // The header is written anew, so that a disk has to take it.
    if (!this.#isWorking) await this.#write(() => touchHeader(this.#db))
  }

  async countUndelivered(): Promise<readonly UndeliveredCount[]> {
    return this.#read(() => this.#tables.undelivered.count(COUNTED_ROWS_MAX))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#queue.close()
    await this.#checkpoints?.close()
    this.#isOpen = false
    this.#db.close()
  }

  #perform(calls: readonly ChangeCall[], textMax: number): void {
    const batch = {
      committed: this.#caches,
      transaction: this.#transaction,
      users: this.#tables.users,
      log: this.#tables.log,
      textMax,
      onCommit: (writes: readonly Write[], heads: Heads, durationMs: number) => {
        this.#caches.keepUsers(writes)
        this.#batches += 1
        this.#changes += writes.length
        this.#commits.tell(heads, () => earliestWritten(writes))
        this.#commits.tellOfBatch({ changes: writes.length, durationMs })
      },
    }
    performBatch(batch, calls)
  }

  #revoke(revoked: Revoked | undefined, now: number, tell: (grant: Grant) => OtherFact | undefined) {
    if (revoked === undefined) return undefined
    const { digest, grant } = revoked
    const fact = tell(grant)
    if (fact === undefined) return { digest, heads: NO_HEADS }
    const seq = this.#tables.log.findLastSeq(grant.teamId) + 1
    this.#tables.log.appendFact(grant.teamId, seq, now * 1000, encodeFact(fact))
    return { digest, heads: new Map([[grant.teamId, seq]]) }
  }

  /** Administrative work: alone, in its place between the batches. */
  #write<Result>(work: () => Result, { afterCommit, headsOf, findEarliest }: Around<Result> = {}): Promise<Result> {
    return this.#queue.alone(() => {
      const result = this.#transaction(work)
      afterCommit?.(result)
      this.#commits.tell(headsOf?.(result) ?? NO_HEADS, findEarliest ?? (() => 0))
      return result
    })
  }

  readonly #transaction: Transaction = (work) => {
    try {
      const result = this.#begin(work)
      this.#isWorking = true
      this.#checkpoints?.afterCommit()
      return result
    } catch (error) {
      if (error instanceof StorageUnavailable || error instanceof OutcomeUnknown) this.#isWorking = false
      if (error instanceof OutcomeUnknown) this.#caches.clear()
      throw error
    }
  }

  #read<Result>(query: () => Result): Result {
    if (!this.#isOpen) throw new StorageUnavailable('The store is closed.')
    try {
      return query()
    } catch (error) {
      throw outageOf(error)
    }
  }

  #digest(token: string): string {
    const digest = this.#tokenDigest(token)
    return typeof digest === 'string' ? digest : digest.toString('hex')
  }
}

function putNote(notes: Notes, key: string, value: string | null, expected: string | null): boolean {
  if (expected !== null) return value === null ? notes.drop(key, expected) : notes.replace(key, value, expected)
  return value === null ? notes.find(key) === undefined : notes.add(key, value)
}

type Heads = Commit['teams']
const NO_HEADS: Heads = new Map()

interface Around<Result> {
  /** Comes before everything that follows. */
  readonly afterCommit?: (result: Result) => void
  /** The numbers of the last entries of the logs that were written. */
  readonly headsOf?: (result: Result) => Heads | undefined
  /** Of the statuses that were written. */
  readonly findEarliest?: () => number
}
