import type { Refusal } from '../../domain/errors.ts'
import type { Fact, LogEntry, OtherFact } from '../../domain/event.ts'
import type { Grant } from '../../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { User } from '../../domain/user.ts'
import { Commits, earlier, earliestExpirationOf, earliestWritten } from '../commits.ts'
import { type ChangeCall, encodeFact, type Write } from '../deciding.ts'
import { LeaseLost, type Leases } from '../leases.ts'
import { leasesByTeam } from '../leases-by-team.ts'
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
import type { Connection, Pool } from './connection.ts'
import { createDoorbell, type Doorbell } from './doorbell.ts'
import { type Heads, KnownHeads, NO_HEADS } from './known-heads.ts'
import { holdLease, openLeases } from './leases.ts'
import type { Log } from './log.ts'
import type { Notes } from './notes.ts'
import { counted } from './own-writes.ts'
import { openSnapshots } from './snapshots.ts'
import { openTables, type Tables } from './tables.ts'
import { openTickets, type Tickets } from './tickets.ts'
import { BEGIN_SNAPSHOT, openTransaction, type Transaction } from './transaction.ts'
import { type Look, type Seen, Watch } from './watch.ts'

export interface PostgresOptions {
  /** `postgres://…` */
  readonly url: string
  /** What is stored of a token. It must not lead back to the token. */
  readonly tokenDigest: (token: string) => string | Buffer
  readonly limits?: Partial<StoreLimits>
  /** Whether processes ring at each other with LISTEN and NOTIFY; without, they see each other's commits 0.1 s later. */
  readonly doorbell?: boolean
  /** Whether each transaction writes one team, for databases that shard by it. */
  readonly shardByTeam?: boolean
}

export class PostgresStore implements Store {
  readonly isShared = true
  readonly leases: Leases
  readonly #tickets: Tickets
  readonly #db: Pool
  readonly #tokenDigest: (token: string) => string | Buffer
  readonly #tables: Tables
  readonly #caches: Caches
  readonly #transaction: Transaction
  readonly #reading: Transaction
  readonly #queue: WriteQueue
  readonly #commits = new Commits()
  readonly #doorbell: Doorbell | null
  readonly #watch: Watch
  readonly #heads = new KnownHeads(this.#commits)
  /** The earliest expiry that listeners were told of, or might know themselves; 0 where there is none. */
  #nextExpiration: number
  readonly #queuedMax: number
  readonly #isReadOnly: () => Promise<boolean>
  #batches = 0
  #changes = 0

  constructor(db: Pool, options: PostgresOptions, nextExpiration: number) {
    const { url, tokenDigest, doorbell = true, shardByTeam = false } = options
    const limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#db = db
    this.#queuedMax = limits.queuedCallsMax
    this.#isReadOnly = openReadOnlyCheck(db)
    this.#tokenDigest = tokenDigest
    this.#tables = openTables(db)
    this.#tickets = openTickets(db, limits.ticketsMax)
    this.#nextExpiration = nextExpiration
    this.#caches = new Caches(this.#tables, limits)
    const { transaction, writes } = counted(openTransaction(db))
    this.#transaction = transaction
    this.#reading = openTransaction(db, BEGIN_SNAPSHOT)
    this.#queue = new WriteQueue(limits, (calls) => this.#perform(calls, limits.batchTextMax), {
      isByTeam: shardByTeam,
    })
    this.#doorbell = doorbell ? createDoorbell(url) : null
    const leases = openLeases(db, this.#doorbell)
    this.leases = shardByTeam ? leasesByTeam(leases) : leases
    this.#watch = new Watch({
      db,
      doorbell: this.#doorbell,
      ownWrites: writes,
      followed: () => this.#commits.followed(),
      follows: (teamId) => this.#commits.follows(teamId),
      onSeen: (seen, look) => this.#see(seen, look),
    })
  }

  change<Decision extends Refusal | Change>(key: ChangeKey, decide: (loaded: Loaded) => Decision): Promise<Decision> {
    return this.#queue.change(key, decide)
  }

  async findGrant(token: string): Promise<Grant | undefined> {
    return this.#caches.findGrant(this.#digest(token))
  }

  async getTeam(teamId: TeamId): Promise<Team> {
    const team = await this.#caches.findTeam(teamId)
    if (team === undefined) throw new Error(`There is no team ${teamId}.`)
    return team
  }

  async findTeam(teamId: TeamId): Promise<Team | undefined> {
    return this.#caches.findTeam(teamId)
  }

  async findTeams(after: TeamId | null, limit: number): Promise<readonly Team[]> {
    return this.#tables.teams.findAfter(after ?? '', pageOf(limit))
  }

  async findTeamsWithApps(after: TeamId | null, limit: number): Promise<readonly Team[]> {
    return this.#tables.teams.findAfterWithApps(after ?? '', pageOf(limit))
  }

  async findUser(teamId: TeamId, userId: UserId): Promise<User | undefined> {
    return this.#caches.findUser(teamId, userId)
  }

  async findUsers(teamId: TeamId, after: UserId | null, limit: number): Promise<readonly User[]> {
    const rows = pageOf(limit)
    const { users } = this.#tables
    return after === null ? users.findFirst(teamId, rows) : users.findAfter(teamId, after, rows)
  }

  addTeam(team: Team, users: readonly User[]): Promise<void> {
    return this.#write(
      async (tables) => {
        await tables.teams.add(team)
        await tables.users.add(users)
      },
      { findEarliest: () => earliestExpirationOf(users) },
    )
  }

  saveTeam(team: Team): Promise<void> {
    return this.#write(
      async (tables) => {
        if (!(await tables.teams.save(team))) throw new Error(`There is no team ${team.id}.`)
      },
      { afterCommit: () => this.#caches.forgetTeam(team.id) },
    )
  }

  async hasUserToken(teamId: TeamId, userId: UserId, appId: AppId | null): Promise<boolean> {
    return this.#tables.tokens.hasLive(teamId, userId, appId)
  }

  async addToken(token: string, grant: Grant): Promise<void> {
    const digest = this.#digest(token)
    // Known to belong to the team before there is anything to find there.
    const teamId = await this.#tables.tokenTeams.add(digest, grant.teamId)
    if (teamId !== grant.teamId) throw new Error(`The token ${grant.tokenId} is one of another team.`)
    await this.#write(({ tokens }) => tokens.add(digest, grant))
  }

  async hasTokens(): Promise<boolean> {
    return this.#tables.tokens.hasAny()
  }

  async findTokens(teamId: TeamId, after: string | null, limit: number): Promise<readonly Grant[]> {
    return this.#tables.tokens.findAfter(teamId, after ?? '', pageOf(limit))
  }

  async revokeToken(
    teamId: TeamId,
    tokenId: string,
    now: number,
    tell: (grant: Grant) => OtherFact | undefined = () => undefined,
  ): Promise<boolean> {
    const revoke = async ({ tokens, log }: Tables) => {
      const revoked = await tokens.revoke(teamId, tokenId, now)
      return revoked && { digest: revoked.digest, heads: await append(log, teamId, now * 1000, tell(revoked.grant)) }
    }
    const revoked = await this.#write(revoke, {
      afterCommit: (done) => done && this.#caches.forgetGrant(done.digest),
      headsOf: (done) => done?.heads,
    })
    return revoked !== undefined
  }

  async readLog(teamId: TeamId, after: number, limit: number): Promise<readonly LogEntry[]> {
    return this.#tables.log.read(teamId, after, pageOf(limit))
  }

  async findEntry(teamId: TeamId, seq: number): Promise<LogEntry | undefined> {
    return this.#tables.log.find(teamId, seq)
  }

  async findLast(teamId: TeamId, kind: Fact['kind'], limit: number): Promise<readonly LogEntry[]> {
    return this.#tables.log.findLast(teamId, kind, pageOf(limit, LAST_ENTRIES_MAX))
  }

  async findLastSeq(teamId: TeamId): Promise<number> {
    const startedAt = performance.now()
    const seq = (await this.#tables.log.findHeads([teamId])).get(teamId) ?? 0
    // Who follows the team is not to hear of an older one after this.
    if (this.#commits.follows(teamId)) this.#heads.hear(new Map([[teamId, seq]]), startedAt)
    return seq
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    const stops = [this.#commits.listen(listener), this.#watch.begin()]
    return () => {
      for (const stop of stops) stop()
    }
  }

  follow(teamId: TeamId, listener: (lastSeq: number) => void): () => void {
    const stops = [this.#commits.follow(teamId, listener), this.#watch.begin()]
    return () => {
      for (const stop of stops) stop()
      if (!this.#commits.follows(teamId)) this.#heads.forget(teamId)
    }
  }

  async findExpiring(dueAt: number, limit: number): Promise<readonly ExpiringStatus[]> {
    return this.#tables.users.findExpiring(dueAt, pageOf(limit))
  }

  async findNextExpiration(): Promise<number | undefined> {
    return this.#tables.users.findNextExpiration()
  }

  async findCursor(teamId: TeamId, reader: string): Promise<number | undefined> {
    return this.#tables.cursors.find(teamId, reader)
  }

  async beginReaders(teamId: TeamId, readers: readonly string[]): Promise<void> {
    await this.#tables.cursors.begin(teamId, readers)
  }

  async saveProgress(progress: Progress): Promise<void> {
    checkProgress(progress)
    const { teamId, reader, cursor, keep = [], drop = [], lease } = progress
    await this.#write(async ({ cursors, undelivered }, db) => {
      if (lease !== undefined && !(await holdLease(db, lease))) {
        throw new LeaseLost(`${reader} of ${teamId} is another's.`)
      }
      if (cursor !== undefined) await cursors.save(teamId, reader, cursor)
      if (drop.length > 0) await undelivered.drop(teamId, reader, drop)
      if (keep.length > 0) await undelivered.keep(keep)
    })
  }

  async findUndelivered(teamId: TeamId, reader: string | null, limit: number): Promise<readonly Undelivered[]> {
    const { undelivered } = this.#tables
    const rows = pageOf(limit)
    return reader === null ? undelivered.findOfTeam(teamId, rows) : undelivered.findOfReader(teamId, reader, rows)
  }

  async claimDue(reader: string, now: number, later: number, limit: number): Promise<readonly Undelivered[]> {
    const due = Map.groupBy(await this.#tables.undelivered.findDue(reader, now, pageOf(limit)), ({ teamId }) => teamId)
    const claims = [...due].map(([teamId, rows]) => {
      const ids = rows.map(({ id }) => id)
      return this.#write(({ undelivered }) => undelivered.claim(teamId, ids, { now, later }))
    })
    return (await Promise.all(claims)).flat()
  }

  async findNextDue(reader: string): Promise<number | undefined> {
    return this.#tables.undelivered.findNextDue(reader)
  }

  async saveTicket(digest: string, sealed: string, lifeMs: number): Promise<boolean> {
    return this.#tickets.save(digest, sealed, lifeMs)
  }

  async takeTicket(digest: string): Promise<string | undefined> {
    return this.#tickets.take(digest)
  }

  async findNote(key: string): Promise<string | undefined> {
    return this.#tables.notes.find(key)
  }

  putNote(key: string, value: string | null, expected: string | null): Promise<boolean> {
    return this.#write(({ notes }) => putNote(notes, key, value, expected))
  }

  takeSnapshot(): Promise<Snapshot> {
    return this.#queue.alone(() => this.#reading((db) => openSnapshots(db).take()))
  }

  async restoreSnapshot(snapshot: Snapshot): Promise<void> {
    const restored = this.#write(
      async ({ log, users }, db) => {
        await log.lock()
        await openSnapshots(db).restore(snapshot)
        // A followed team that has lost its whole log is told of, too.
        const emptied = this.#commits.followed().map((teamId) => [teamId, 0] as const)
        const heads = new Map([...emptied, ...(await log.findAllHeads())])
        return { heads, earliest: (await users.findNextExpiration()) ?? 0 }
      },
      {
        afterCommit: ({ earliest }) => {
          this.#caches.clear()
          this.#heads.clear()
          this.#nextExpiration = earliest
        },
        headsOf: ({ heads }) => heads,
        findEarliest: ({ earliest }) => earliest,
      },
    )
    await restored
    this.#doorbell?.ring('all')
  }

  stats(): StoreStats {
    return {
      engine: 'postgres',
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
    if (await this.#isReadOnly()) throw new StorageUnavailable('PostgreSQL takes no writes.')
  }

  async countUndelivered(): Promise<readonly UndeliveredCount[]> {
    return this.#tables.undelivered.count(COUNTED_ROWS_MAX)
  }

  async close(): Promise<void> {
    await this.#queue.close()
    await this.#watch.close()
    await Promise.all([this.#doorbell?.close(), this.#db.close()])
  }

  #perform(calls: readonly ChangeCall[], textMax: number): Promise<void> {
    const batch = {
      caches: this.#caches,
      transaction: this.#transaction,
      textMax,
      onCommit: (writes: readonly Write[], heads: Heads, durationMs: number) => {
        this.#caches.keepUsers(writes)
        this.#batches += 1
        this.#changes += writes.length
        this.#tell(heads, earliestWritten(writes))
        this.#commits.tellOfBatch({ changes: writes.length, durationMs })
      },
    }
    return performBatch(batch, calls)
  }

  /** Administrative work: alone, in its place between the batches. */
  #write<Result>(
    work: (tables: Tables, db: Connection) => Promise<Result>,
    { afterCommit, headsOf, findEarliest }: Around<Result> = {},
  ): Promise<Result> {
    return this.#queue.alone(async () => {
      const result = await this.#transaction((db) => work(openTables(db), db))
      afterCommit?.(result)
      this.#tell(headsOf?.(result) ?? NO_HEADS, findEarliest?.(result) ?? 0)
      return result
    })
  }

  #tell(written: Heads, earliestExpiration: number): void {
    this.#nextExpiration = earlier(this.#nextExpiration, earliestExpiration)
    const heads = this.#heads.learnWritten(written)
    this.#commits.tell(heads, () => earliestExpiration)
    if (heads.size > 0) this.#doorbell?.ring(heads.keys())
    else if (earliestExpiration > 0) this.#doorbell?.ring('all')
  }

  /** Tells of what other processes have committed. */
  #see({ heads, nextExpiration }: Seen, { startedAt, isSure }: Look): void {
    this.#heads.hear(heads, startedAt)
    const isEarlier = nextExpiration !== 0 && (this.#nextExpiration === 0 || nextExpiration < this.#nextExpiration)
    if (isSure) this.#nextExpiration = nextExpiration
    if (!isEarlier) return
    this.#nextExpiration = nextExpiration
    this.#commits.tell(NO_HEADS, () => nextExpiration)
  }

  #digest(token: string): string {
    const digest = this.#tokenDigest(token)
    return typeof digest === 'string' ? digest : digest.toString('hex')
  }
}

/** A standby, and a primary that was set so, refuse to write. */
function openReadOnlyCheck(db: Connection): () => Promise<boolean> {
  const setting = db.prepare<[], { isReadOnly: boolean }>(`
    select
      current_setting('transaction_read_only') = 'on' as "isReadOnly"`)
  return async () => (await setting.get())?.isReadOnly ?? true
}

async function putNote(notes: Notes, key: string, value: string | null, expected: string | null): Promise<boolean> {
  if (expected !== null) return value === null ? notes.drop(key, expected) : notes.replace(key, value, expected)
  return value === null ? (await notes.find(key)) === undefined : notes.add(key, value)
}

async function append(log: Log, teamId: TeamId, at: number, fact: OtherFact | undefined): Promise<Heads> {
  return fact === undefined ? NO_HEADS : log.appendFact(teamId, at, encodeFact(fact))
}

interface Around<Result> {
  /** Comes before everything that follows. */
  readonly afterCommit?: (result: Result) => void
  /** The numbers of the last entries of the logs that were written. */
  readonly headsOf?: (result: Result) => Heads | undefined
  /** Of the statuses that were written. */
  readonly findEarliest?: (result: Result) => number
}
