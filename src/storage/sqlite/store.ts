import type { Refusal } from '../../domain/errors.ts'
import type { Fact, LogEntry, OtherFact } from '../../domain/event.ts'
import type { Grant } from '../../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { User } from '../../domain/user.ts'
import { Commits, earliestExpirationOf, earliestWritten } from '../commits.ts'
import { type ChangeCall, encodeFact, type Write } from '../deciding.ts'
import { DEFAULT_LIMITS, LAST_ENTRIES_MAX, PROGRESS_ROWS_MAX, pageOf, type StoreLimits } from '../limits.ts'
import {
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
} from '../store.ts'
import { WriteQueue } from '../write-queue.ts'
import { performBatch } from './batch.ts'
import { Caches } from './caches.ts'
import { Checkpoints } from './checkpoints.ts'
import { type Connection, MEMORY } from './connection.ts'
import type { Notes } from './notes.ts'
import { openSnapshots, type Snapshots } from './snapshots.ts'
import { openTables, type Tables } from './tables.ts'
import { openTransaction, outageOf, type Transaction } from './transaction.ts'

export interface SqliteOptions {
  /** A file, made where there is none, or `:memory:`. */
  readonly path: string
  /** What is stored of a token. It must not lead back to the token. */
  readonly tokenDigest: (token: string) => string | Buffer
  readonly limits?: Partial<StoreLimits>
}

export class SqliteStore implements Store {
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
  #lastSeq: number
  #batches = 0
  #changes = 0

  constructor(db: Connection, { path, tokenDigest, limits: chosen }: SqliteOptions) {
    const limits = { ...DEFAULT_LIMITS, ...chosen }
    this.#db = db
    this.#tokenDigest = tokenDigest
    this.#tables = openTables(db)
    this.#snapshots = openSnapshots(db)
    this.#lastSeq = this.#tables.log.findLastSeq()
    this.#caches = new Caches(this.#tables, limits)
    this.#checkpoints = path === MEMORY ? undefined : new Checkpoints(db)
    this.#begin = openTransaction(db)
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

  async findTeams(): Promise<readonly Team[]> {
    return this.#read(() => this.#tables.teams.findAll())
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

  async findTokens(teamId: TeamId | null): Promise<readonly Grant[]> {
    return this.#read(() => (teamId === null ? this.#tables.tokens.findAll() : this.#tables.tokens.findOfTeam(teamId)))
  }

  async revokeToken(tokenId: string, now: number, tell?: (grant: Grant) => OtherFact | undefined): Promise<boolean> {
    const revoked = await this.#write(() => this.#revoke(tokenId, now, tell), {
      afterCommit: (done) => {
        if (done === undefined) return
        this.#caches.forgetGrant(done.digest)
        this.#lastSeq = done.seq ?? this.#lastSeq
      },
    })
    return revoked !== undefined
  }

  async readLog(after: number, limit: number): Promise<readonly LogEntry[]> {
    return this.#read(() => this.#tables.log.read(after, pageOf(limit)))
  }

  async findEntry(seq: number): Promise<LogEntry | undefined> {
    return this.#read(() => this.#tables.log.find(seq))
  }

  async findLast(kind: Fact['kind'], limit: number): Promise<readonly LogEntry[]> {
    return this.#read(() => this.#tables.log.findLast(kind, pageOf(limit, LAST_ENTRIES_MAX)))
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    return this.#commits.listen(listener)
  }

  async findExpiring(dueAt: number, limit: number): Promise<readonly ExpiringStatus[]> {
    return this.#read(() => this.#tables.users.findExpiring(dueAt, pageOf(limit)))
  }

  async findNextExpiration(): Promise<number | undefined> {
    return this.#read(() => this.#tables.users.findNextExpiration())
  }

  async findCursor(reader: string): Promise<number | undefined> {
    return this.#read(() => this.#tables.cursors.find(reader))
  }

  async saveProgress({ reader, cursor, keep = [], drop = [] }: Progress): Promise<void> {
    if (keep.length + drop.length > PROGRESS_ROWS_MAX) {
      throw new RangeError(`Progress has at most ${PROGRESS_ROWS_MAX} rows.`)
    }
    const { cursors, undelivered } = this.#tables
    await this.#write(() => {
      if (cursor !== undefined) cursors.save(reader, cursor)
      for (const id of drop) undelivered.drop(reader, id)
      for (const kept of keep) undelivered.keep(kept)
    })
  }

  async findUndelivered(reader: string | null, limit: number): Promise<readonly Undelivered[]> {
    const { undelivered } = this.#tables
    const rows = pageOf(limit)
    return this.#read(() => (reader === null ? undelivered.findAll(rows) : undelivered.findOfReader(reader, rows)))
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
      afterCommit: () => {
        this.#caches.clear()
        this.#lastSeq = this.#tables.log.findLastSeq()
      },
      findEarliest: () => this.#tables.users.findNextExpiration() ?? 0,
    })
  }

  stats(): StoreStats {
    return {
      queued: this.#queue.length,
      batches: this.#batches,
      changes: this.#changes,
      lastSeq: this.#lastSeq,
    }
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
      onCommit: (writes: readonly Write[], seq: number) => {
        this.#caches.keepUsers(writes)
        if (seq > 0) this.#lastSeq = seq
        this.#batches += 1
        this.#changes += writes.length
        this.#commits.tell(this.#lastSeq, () => earliestWritten(writes))
      },
    }
    performBatch(batch, calls)
  }

  #revoke(tokenId: string, now: number, tell: (grant: Grant) => OtherFact | undefined = () => undefined) {
    const revoked = this.#tables.tokens.revoke(tokenId, now)
    if (revoked === undefined) return undefined
    const fact = tell(revoked.grant)
    if (fact === undefined) return { digest: revoked.digest }
    const seq = this.#tables.log.appendFact(revoked.grant.teamId, now * 1000, encodeFact(fact))
    return { digest: revoked.digest, seq }
  }

  /** Administrative work: alone, in its place between the batches. */
  #write<Result>(work: () => Result, { afterCommit, findEarliest = () => 0 }: Around<Result> = {}): Promise<Result> {
    return this.#queue.alone(() => {
      const result = this.#transaction(work)
      afterCommit?.(result)
      this.#commits.tell(this.#lastSeq, findEarliest)
      return result
    })
  }

  readonly #transaction: Transaction = (work) => {
    try {
      const result = this.#begin(work)
      this.#checkpoints?.afterCommit()
      return result
    } catch (error) {
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

interface Around<Result> {
  /** Comes before everything that follows. */
  readonly afterCommit?: (result: Result) => void
  /** Of the statuses that were written. */
  readonly findEarliest?: () => number
}
