import type { Refusal } from '../../domain/errors.ts'
import type { LogEntry } from '../../domain/event.ts'
import type { Grant } from '../../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { User } from '../../domain/user.ts'
import type { ChangeCall, Write } from '../deciding.ts'
import { DEFAULT_LIMITS, PAGE_ROWS_MAX, type StoreLimits } from '../limits.ts'
import {
  type Change,
  type ChangeKey,
  type Loaded,
  OutcomeUnknown,
  StorageUnavailable,
  type Store,
  type StoreStats,
} from '../store.ts'
import { WriteQueue } from '../write-queue.ts'
import { performBatch } from './batch.ts'
import { Caches } from './caches.ts'
import { Checkpoints } from './checkpoints.ts'
import { type Connection, connect, MEMORY } from './connection.ts'
import { type Log, openLog } from './log.ts'
import { migrate } from './migrate.ts'
import { openTeams, type Teams } from './teams.ts'
import { openTokens, type Tokens } from './tokens.ts'
import { openTransaction, outageOf, type Transaction } from './transaction.ts'
import { openUsers, type Users } from './users.ts'

export interface SqliteOptions {
  /** A file, made where there is none, or `:memory:`. */
  readonly path: string
  /** What is stored of a token. It must not lead back to the token. */
  readonly tokenDigest: (token: string) => string | Buffer
  readonly limits?: Partial<StoreLimits>
}

/** Opens a store and brings its schema up to date. Rejects with one plain sentence where it cannot. */
export async function openSqlite(options: SqliteOptions): Promise<Store> {
  const db = connect(options.path)
  try {
    return storeOn(db, options)
  } catch (error) {
    db.close()
    throw error
  }
}

/** A store on a connection that `connect` made. */
export function storeOn(db: Connection, options: SqliteOptions): Store {
  migrate(db)
  return new SqliteStore(db, options)
}

class SqliteStore implements Store {
  readonly #db: Connection
  readonly #tokenDigest: (token: string) => string | Buffer
  readonly #teams: Teams
  readonly #users: Users
  readonly #tokens: Tokens
  readonly #log: Log
  readonly #caches: Caches
  readonly #checkpoints: Checkpoints | undefined
  readonly #begin: Transaction
  readonly #queue: WriteQueue
  #closing: Promise<void> | undefined
  #batches = 0
  #changes = 0

  constructor(db: Connection, { path, tokenDigest, limits: chosen }: SqliteOptions) {
    const limits = { ...DEFAULT_LIMITS, ...chosen }
    this.#db = db
    this.#tokenDigest = tokenDigest
    this.#teams = openTeams(db)
    this.#users = openUsers(db)
    this.#tokens = openTokens(db)
    this.#log = openLog(db)
    this.#caches = new Caches({ teams: this.#teams, users: this.#users, tokens: this.#tokens }, limits)
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
    return this.#read(() => this.#teams.findAll())
  }

  async findUser(teamId: TeamId, userId: UserId): Promise<User | undefined> {
    return this.#read(() => this.#caches.findUser(teamId, userId))
  }

  async findUsers(teamId: TeamId, after: UserId | null, limit: number): Promise<readonly User[]> {
    const rows = pageOf(limit)
    return this.#read(() =>
      after === null ? this.#users.findFirst(teamId, rows) : this.#users.findAfter(teamId, after, rows),
    )
  }

  addTeam(team: Team, users: readonly User[]): Promise<void> {
    return this.#write(() => {
      this.#teams.add(team)
      for (const user of users) this.#users.add(user)
    })
  }

  saveTeam(team: Team): Promise<void> {
    return this.#write(
      () => {
        if (!this.#teams.save(team)) throw new Error(`There is no team ${team.id}.`)
      },
      () => this.#caches.forgetTeam(team.id),
    )
  }

  async hasUserToken(teamId: TeamId, userId: UserId, appId: AppId | null): Promise<boolean> {
    return this.#read(() => this.#tokens.hasLive(teamId, userId, appId))
  }

  addToken(token: string, grant: Grant): Promise<void> {
    return this.#write(() => this.#tokens.add(this.#digest(token), grant))
  }

  async findTokens(teamId: TeamId | null): Promise<readonly Grant[]> {
    return this.#read(() => (teamId === null ? this.#tokens.findAll() : this.#tokens.findOfTeam(teamId)))
  }

  async revokeToken(tokenId: string, now: number): Promise<boolean> {
    const revoked = await this.#write(
      () => this.#tokens.revoke(tokenId, now),
      (digest) => digest !== undefined && this.#caches.forgetGrant(digest),
    )
    return revoked !== undefined
  }

  async readLog(after: number, limit: number): Promise<readonly LogEntry[]> {
    return this.#read(() => this.#log.read(after, pageOf(limit)))
  }

  stats(): StoreStats {
    return { queued: this.#queue.length, batches: this.#batches, changes: this.#changes }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#queue.close()
    await this.#checkpoints?.close()
    this.#db.close()
  }

  #perform(calls: readonly ChangeCall[], textMax: number): void {
    const batch = {
      committed: this.#caches,
      transaction: this.#transaction,
      users: this.#users,
      log: this.#log,
      textMax,
      onCommit: (writes: readonly Write[]) => {
        this.#caches.keepUsers(writes)
        this.#batches += 1
        this.#changes += writes.length
      },
    }
    performBatch(batch, calls)
  }

  /** Administrative work: alone, in its place between the batches. `afterCommit` comes before everything that follows. */
  #write<Result>(work: () => Result, afterCommit: (result: Result) => void = () => {}): Promise<Result> {
    return this.#queue.alone(() => {
      const result = this.#transaction(work)
      afterCommit(result)
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
    if (!this.#db.open) throw new StorageUnavailable('The store is closed.')
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

/** Callers ask for pages within the bound; a larger one would be a fault of theirs. */
function pageOf(limit: number): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_ROWS_MAX) {
    throw new RangeError(`A page has 1 to ${PAGE_ROWS_MAX} rows, not ${limit}.`)
  }
  return limit
}
