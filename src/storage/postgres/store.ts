import type { Refusal } from '../../domain/errors.ts'
import type { Fact, LogEntry, OtherFact } from '../../domain/event.ts'
import type { Grant } from '../../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { User } from '../../domain/user.ts'
import { Commits, earlier, earliestExpirationOf, earliestWritten } from '../commits.ts'
import { type ChangeCall, encodeFact, type Write } from '../deciding.ts'
import { DEFAULT_LIMITS, LAST_ENTRIES_MAX, PROGRESS_ROWS_MAX, pageOf, type StoreLimits } from '../limits.ts'
import type {
  Change,
  ChangeKey,
  Commit,
  ExpiringStatus,
  Loaded,
  Progress,
  Snapshot,
  Store,
  StoreStats,
  Undelivered,
} from '../store.ts'
import { WriteQueue } from '../write-queue.ts'
import { performBatch } from './batch.ts'
import { Caches } from './caches.ts'
import type { Connection, Pool } from './connection.ts'
import { createDoorbell, type Doorbell } from './doorbell.ts'
import type { Notes } from './notes.ts'
import { counted } from './own-writes.ts'
import { openSnapshots } from './snapshots.ts'
import { openTables, type Tables } from './tables.ts'
import { BEGIN_SNAPSHOT, openTransaction, type Transaction } from './transaction.ts'
import { type Head, Watch } from './watch.ts'

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
  #lastSeq: number
  /** The earliest expiry that listeners were told of, or might know themselves; 0 where there is none. */
  #nextExpiration: number
  #batches = 0
  #changes = 0

  constructor(db: Pool, options: PostgresOptions, head: Head) {
    const { url, tokenDigest, doorbell = true, shardByTeam = false } = options
    const limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#db = db
    this.#tokenDigest = tokenDigest
    this.#tables = openTables(db)
    this.#lastSeq = head.lastSeq
    this.#nextExpiration = head.nextExpiration
    this.#caches = new Caches(this.#tables, limits)
    const { transaction, writes } = counted(openTransaction(db))
    this.#transaction = transaction
    this.#reading = openTransaction(db, BEGIN_SNAPSHOT)
    this.#queue = new WriteQueue(limits, (calls) => this.#perform(calls, limits.batchTextMax), {
      isByTeam: shardByTeam,
    })
    this.#doorbell = doorbell ? createDoorbell(url) : null
    this.#watch = new Watch({
      db,
      doorbell: this.#doorbell,
      ownWrites: writes,
      onSeen: (seen, isSure) => this.#see(seen, isSure),
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

  async findTeams(): Promise<readonly Team[]> {
    return this.#tables.teams.findAll()
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

  addToken(token: string, grant: Grant): Promise<void> {
    return this.#write((tables) => tables.tokens.add(this.#digest(token), grant))
  }

  async hasTokens(): Promise<boolean> {
    return this.#tables.tokens.hasAny()
  }

  async findTokens(teamId: TeamId | null): Promise<readonly Grant[]> {
    const { tokens } = this.#tables
    return teamId === null ? tokens.findAll() : tokens.findOfTeam(teamId)
  }

  async revokeToken(tokenId: string, now: number, tell?: (grant: Grant) => OtherFact | undefined): Promise<boolean> {
    const revoked = await this.#write((tables) => revoke(tables, tokenId, now, tell), {
      afterCommit: (done) => {
        if (done === undefined) return
        this.#caches.forgetGrant(done.digest)
        this.#lastSeq = done.seq ?? this.#lastSeq
      },
    })
    return revoked !== undefined
  }

  async readLog(after: number, limit: number): Promise<readonly LogEntry[]> {
    return this.#tables.log.read(after, pageOf(limit))
  }

  async findEntry(seq: number): Promise<LogEntry | undefined> {
    return this.#tables.log.find(seq)
  }

  async findLast(kind: Fact['kind'], limit: number): Promise<readonly LogEntry[]> {
    return this.#tables.log.findLast(kind, pageOf(limit, LAST_ENTRIES_MAX))
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    const stops = [this.#commits.listen(listener), this.#watch.begin()]
    return () => {
      for (const stop of stops) stop()
    }
  }

  async findExpiring(dueAt: number, limit: number): Promise<readonly ExpiringStatus[]> {
    return this.#tables.users.findExpiring(dueAt, pageOf(limit))
  }

  async findNextExpiration(): Promise<number | undefined> {
    return this.#tables.users.findNextExpiration()
  }

  async findCursor(reader: string): Promise<number | undefined> {
    return this.#tables.cursors.find(reader)
  }

  async saveProgress({ reader, cursor, keep = [], drop = [] }: Progress): Promise<void> {
    if (keep.length + drop.length > PROGRESS_ROWS_MAX) {
      throw new RangeError(`Progress has at most ${PROGRESS_ROWS_MAX} rows.`)
    }
    await this.#write(async ({ cursors, undelivered }) => {
      if (cursor !== undefined) await cursors.save(reader, cursor)
      if (drop.length > 0) await undelivered.drop(reader, drop)
      if (keep.length > 0) await undelivered.keep(keep)
    })
  }

  async findUndelivered(reader: string | null, limit: number): Promise<readonly Undelivered[]> {
    const { undelivered } = this.#tables
    const rows = pageOf(limit)
    return reader === null ? undelivered.findAll(rows) : undelivered.findOfReader(reader, rows)
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
        return { lastSeq: await log.findLastSeq(), earliest: (await users.findNextExpiration()) ?? 0 }
      },
      {
        afterCommit: ({ lastSeq, earliest }) => {
          this.#caches.clear()
          this.#lastSeq = lastSeq
          this.#nextExpiration = earliest
        },
        findEarliest: ({ earliest }) => earliest,
      },
    )
    await restored
  }

  stats(): StoreStats {
    return {
      queued: this.#queue.length,
      batches: this.#batches,
      changes: this.#changes,
      lastSeq: this.#lastSeq,
    }
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
      onCommit: (writes: readonly Write[], seq: number) => {
        this.#caches.keepUsers(writes)
        if (seq > 0) this.#lastSeq = seq
        this.#batches += 1
        this.#changes += writes.length
        this.#tell(earliestWritten(writes))
      },
    }
    return performBatch(batch, calls)
  }

  /** Administrative work: alone, in its place between the batches. */
  #write<Result>(
    work: (tables: Tables, db: Connection) => Promise<Result>,
    { afterCommit, findEarliest = () => 0 }: Around<Result> = {},
  ): Promise<Result> {
    return this.#queue.alone(async () => {
      const result = await this.#transaction((db) => work(openTables(db), db))
      afterCommit?.(result)
      this.#tell(findEarliest(result))
      return result
    })
  }

  #tell(earliestExpiration: number): void {
    this.#nextExpiration = earlier(this.#nextExpiration, earliestExpiration)
    this.#commits.tell(this.#lastSeq, () => earliestExpiration)
    this.#doorbell?.ring()
  }

  /** Tells of what other processes have committed. */
  #see({ lastSeq, nextExpiration }: Head, isSure: boolean): void {
    // Numbers go back where another process has restored a snapshot.
    const isNew = lastSeq > this.#lastSeq || (isSure && lastSeq < this.#lastSeq)
    const isEarlier = nextExpiration !== 0 && (this.#nextExpiration === 0 || nextExpiration < this.#nextExpiration)
    if (isSure) this.#nextExpiration = nextExpiration
    if (!isNew && !isEarlier) return
    this.#lastSeq = isNew ? lastSeq : this.#lastSeq
    this.#nextExpiration = nextExpiration
    this.#commits.tell(this.#lastSeq, () => nextExpiration)
  }

  #digest(token: string): string {
    const digest = this.#tokenDigest(token)
    return typeof digest === 'string' ? digest : digest.toString('hex')
  }
}

async function putNote(notes: Notes, key: string, value: string | null, expected: string | null): Promise<boolean> {
  if (expected !== null) return value === null ? notes.drop(key, expected) : notes.replace(key, value, expected)
  return value === null ? (await notes.find(key)) === undefined : notes.add(key, value)
}

interface Around<Result> {
  /** Comes before everything that follows. */
  readonly afterCommit?: (result: Result) => void
  /** Of the statuses that were written. */
  readonly findEarliest?: (result: Result) => number
}

async function revoke(
  { tokens, log }: Tables,
  tokenId: string,
  now: number,
  tell: (grant: Grant) => OtherFact | undefined = () => undefined,
): Promise<Told | undefined> {
  const revoked = await tokens.revoke(tokenId, now)
  if (revoked === undefined) return undefined
  const fact = tell(revoked.grant)
  if (fact === undefined) return { digest: revoked.digest }
  await log.lock()
  const seq = await log.appendFact(revoked.grant.teamId, now * 1000, encodeFact(fact))
  return { digest: revoked.digest, seq }
}

interface Told {
  readonly digest: string
  readonly seq?: number
}
