import type { Refusal } from '../domain/errors.ts'
import type { EventType, Fact, LogEntry, OtherFact } from '../domain/event.ts'
import type { Grant, TokenKind } from '../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../domain/ids.ts'
import type { Team } from '../domain/team.ts'
import type { User } from '../domain/user.ts'
import type { Lease, Leases } from './leases.ts'

/** The port to durable storage. Two engines implement it alike; `conformance/` says what alike means.
 * Every write resolves only after its commit is durable. A call that cannot be taken rejects with `StorageUnavailable`. */
export interface Store {
  /** Reads what `key` names, lets `decide` judge it, and writes what it decided, together with other calls in one
   * transaction. `decide` is pure and synchronous and may run again. Its refusals write nothing. When it throws, this
   * call alone fails. Resolves to what `decide` returned. */
  change<Decision extends Refusal | Change>(key: ChangeKey, decide: (loaded: Loaded) => Decision): Promise<Decision>

  /** `undefined` for an unknown token. Expired and revoked ones are found. */
  findGrant(token: string): Promise<Grant | undefined>
  /** The same, with team and owner: what every call begins with, so what is in memory is given at once. */
  findAccess(token: string): Access | undefined | Promise<Access | undefined>
  /** Throws where there is no such team: a grant names teams that exist. */
  getTeam(teamId: TeamId): Promise<Team>
  findTeam(teamId: TeamId): Promise<Team | undefined>
  /** In the order of their ids. `limit` ≤ 1000. */
  findTeams(after: TeamId | null, limit: number): Promise<readonly Team[]>
  /** Those that have apps, in the order of their ids. `limit` ≤ 1000. */
  findTeamsWithApps(after: TeamId | null, limit: number): Promise<readonly Team[]>
  findUser(teamId: TeamId, userId: UserId): Promise<User | undefined>
  /** People of a team in the order of joining, deactivated ones and bots too. `limit` ≤ 1000. */
  findUsers(teamId: TeamId, after: UserId | null, limit: number): Promise<readonly User[]>

  /** Writes a team with its people in one transaction; replaces nothing: an existing id rejects. */
  addTeam(team: Team, users: readonly User[]): Promise<void>
  /** Replaces what is stored of a team. */
  saveTeam(team: Team): Promise<void>
  /** Lets `decide` judge the team as it is stored, whichever process wrote it last, and writes what it decided in one
   * transaction. `decide` is pure and synchronous and may run again. Its refusals write nothing. Known here at once, and
   * to other processes within a second. Throws where there is no such team. */
  changeTeam<Decision extends Refusal | TeamChange>(teamId: TeamId, decide: (team: Team) => Decision): Promise<Decision>
  /** Whether the user has authorised the app: a live user token of theirs belongs to it. */
  hasUserToken(teamId: TeamId, userId: UserId, appId: AppId | null): Promise<boolean>
  addToken(token: string, grant: Grant): Promise<void>
  /** Whether there is any token at all, a revoked one too. */
  hasTokens(): Promise<boolean>
  /** Tokens of a team in the order of their ids. `limit` ≤ 1000. */
  findTokens(teamId: TeamId, after: string | null, limit: number): Promise<readonly Grant[]>
  /** Those that were not revoked, the oldest first. `limit` ≤ 1000. */
  findTokensOfApp(app: TokensOfApp, after: Grant | null, limit: number): Promise<readonly Grant[]>
  /** The user tokens that a person gave an app and that were not revoked, the newest first. `limit` ≤ 1000. */
  findTokensOfUser(user: TokensOfUser, limit: number): Promise<readonly Grant[]>
  /** False where no token of the team has this id, or it was revoked before. A revoked token stays listed. What `tell` makes of it
   * goes into the log, in the same transaction. */
  revokeToken(
    teamId: TeamId,
    tokenId: string,
    now: number,
    tell?: (grant: Grant) => OtherFact | undefined,
  ): Promise<boolean>

  /** Every team has a log of its own. Entries with `seq` above `after`, oldest first, at most `limit` ≤ 1000. */
  readLog(teamId: TeamId, after: number, limit: number): Promise<readonly LogEntry[]>
  findEntry(teamId: TeamId, seq: number): Promise<LogEntry | undefined>
  /** The last entries of a kind, oldest first, at most `limit` ≤ 10,000. */
  findLast(teamId: TeamId, kind: Fact['kind'], limit: number): Promise<readonly LogEntry[]>
  /** Of the last entry; 0 where there is none. */
  findLastSeq(teamId: TeamId): Promise<number>
  /** Calls `listener` right after each commit of this process, and after those of others as far as they are heard of
   * here: in teams that are followed, and where a status expires earlier than was known. It is quick and never throws.
   * Returns how to stop it. */
  onCommit(listener: (commit: Commit) => void): () => void
  /** Calls `listener` with the number of the last entry soon after a team's log has grown, whichever process wrote, or
   * was set back; also where it has not changed. What was committed before is found by `findLastSeq`. */
  follow(teamId: TeamId, listener: (lastSeq: number) => void): () => void

  /** Users whose status expires at `dueAt` or earlier (Unix seconds), the earliest first, at most `limit` ≤ 1000. */
  findExpiring(dueAt: number, limit: number): Promise<readonly ExpiringStatus[]>
  /** Unix seconds of the next expiry; `undefined` where no status expires. */
  findNextExpiration(): Promise<number | undefined>

  /** How far a reader of a team's log has come; `undefined` where it has never said. */
  findCursor(teamId: TeamId, reader: string): Promise<number | undefined>
  /** Lets those that have never said how far they have come begin at the end of the team's log. */
  beginReaders(teamId: TeamId, readers: readonly string[]): Promise<void>
  /** Says how far a reader has come, and drops, then keeps, what it could not deliver, in one transaction. What is kept
   * replaces what has its id. At most 10,000 rows. Rejects with `LeaseLost` where the lease that it names is another's. */
  saveProgress(progress: Progress): Promise<void>
  /** Undelivered entries of a team and a reader, in the order of their `nextAt`, those that are given up last; all
   * readers: null. `limit` ≤ 1000. */
  findUndelivered(teamId: TeamId, reader: string | null, limit: number): Promise<readonly Undelivered[]>
  findUndeliveredById(teamId: TeamId, id: string): Promise<Undelivered | undefined>
  /** Takes what a reader is to try at `now` or before, of all teams, the earliest first: nobody else is given it before
   * `later`, which becomes its `nextAt`. Unix milliseconds. `limit` ≤ 1000. */
  claimDue(reader: string, now: number, later: number, limit: number): Promise<readonly Undelivered[]>
  /** The earliest `nextAt` of a reader, of all teams. */
  findNextDue(reader: string): Promise<number | undefined>
  /** Looks at the oldest entries of a team's log, at most `limit` ≤ 1000, and removes those that are too old, with what is
   * kept of them undelivered. The last entry stays, as numbers go on from it. Gives how many it removed. */
  trimLog(teamId: TeamId, old: Old, limit: number): Promise<number>

  /** Whether other processes may be on the store, too. */
  readonly isShared: boolean
  readonly leases: Leases
  /** Keeps what a ticket stands for, under its digest, for so many milliseconds; false while too many are out. */
  saveTicket(digest: string, sealed: string, lifeMs: number): Promise<boolean>
  /** What the ticket stands for, in time, and once. */
  takeTicket(digest: string): Promise<string | undefined>

  /** What the store knows of itself, beside what it holds; `undefined` where nothing was noted. */
  findNote(key: string): Promise<string | undefined>
  /** Replaces a note, of whichever process, if it is what the caller expects; null: there is none. False, and nothing is
   * changed, where it is not. */
  putNote(key: string, value: string | null, expected: string | null): Promise<boolean>

  /** Everything that is stored but the notes, and back: replaces all of it. For tests and development: rejects where there are more
   * than 100,000 rows. */
  takeSnapshot(): Promise<Snapshot>
  /** Rejects with `UnusableSnapshot`, and leaves all as it was, where the snapshot is none of this engine and version. */
  restoreSnapshot(snapshot: Snapshot): Promise<void>

  /** Facts for operators. */
  stats(): StoreStats
  /** Calls `listener` after each commit of a batch. It is quick and never throws. Returns how to stop it. */
  onBatch(listener: (batch: BatchSeen) => void): () => void
  /** Rejects with `StorageUnavailable` where no write would be taken just now. After a write that failed it tries one. */
  ping(): Promise<void>
  /** What could not be delivered, of all teams; of very many rows the first 10,000. */
  countUndelivered(): Promise<readonly UndeliveredCount[]>
  /** Refuses new work, finishes what is queued, and closes. */
  close(): Promise<void>
}

/** A token, with the team and the person it belongs to. */
export interface Access {
  readonly grant: Grant
  readonly team: Team
  readonly owner: User | undefined
}

/** Names all rows that a change may look at, so that a batch can load them at once. */
export interface ChangeKey {
  readonly teamId: TeamId
  readonly actorId: UserId
  readonly userId: UserId
  /** Addresses whose owners the decision needs to know. */
  readonly emails: readonly string[]
  /** People whom the patch mentions. */
  readonly userIds: readonly UserId[]
}

/** The state right before the change: what was committed, and what earlier calls of the same batch decided. */
export interface Loaded {
  readonly team: Team
  readonly actor: User | undefined
  readonly user: User | undefined
  /** Lower-cased address to its owner, for each address of the key that has one. */
  readonly emailOwners: ReadonlyMap<string, UserId>
  /** Those of the key's `userIds` that exist. */
  readonly knownUsers: ReadonlySet<UserId>
}

/** What a decision may ask the store to write. */
export interface Change {
  /** The user afterwards. The loaded object itself means that nothing changed: neither the user nor an event is written. */
  readonly user: User
  /** What the log is to tell of it; empty: the change is written without an event. */
  readonly events: readonly EventType[]
  /** What else it is to tell, after the events; told also of a user who stays as loaded. */
  readonly facts?: readonly OtherFact[]
  /** When it was decided, in Unix milliseconds; absent: when the user was last `updated`. */
  readonly at?: number
}

/** What a decision about a team may ask the store to write. */
export interface TeamChange {
  /** The team afterwards. The loaded object itself means that nothing changed: nothing is written. */
  readonly team: Team
  /** What the log is to tell of it. */
  readonly facts: readonly OtherFact[]
  /** Unix milliseconds. */
  readonly at: number
}

/** What a commit wrote. */
export interface Commit {
  /** The teams whose logs it changed, with the numbers of their last entries. */
  readonly teams: ReadonlyMap<TeamId, number>
  /** Unix seconds of the earliest expiry among the statuses it wrote; 0 where none expires. */
  readonly earliestExpiration: number
}

export interface TokensOfApp {
  readonly teamId: TeamId
  readonly appId: AppId
  readonly kind: TokenKind
}

export interface TokensOfUser {
  readonly teamId: TeamId
  readonly userId: UserId
  readonly appId: AppId
}

export interface ExpiringStatus {
  readonly teamId: TeamId
  readonly userId: UserId
  /** Unix seconds. */
  readonly expiration: number
}

export interface Progress {
  readonly teamId: TeamId
  readonly reader: string
  /** The last entry that is dealt with: delivered, or kept among the undelivered. Absent: as it was. */
  readonly cursor?: number
  /** Of this team. */
  readonly keep?: readonly Undelivered[]
  /** Their ids. */
  readonly drop?: readonly string[]
  /** With which it is written: nothing is, where another has it by now. */
  readonly lease?: Lease
}

/** Which entries are too old, in Unix milliseconds. */
export interface Old {
  /** Those from before, once every reader of the team's log has come past them and nothing up to them waits to be tried. */
  readonly before: number
  /** Those from before, whoever still has to read them. Not later than the other. */
  readonly unreadBefore: number
}

/** One event for one reader that has not arrived, or a fact that is to be mailed. */
export interface Undelivered {
  /** The `event_id`, or a mail's id: unique in its team. */
  readonly id: string
  readonly reader: string
  readonly teamId: TeamId
  readonly seq: number
  /** The type of the event, as a user's entry has several, or the kind of the fact. */
  readonly type: string
  /** Attempts made so far. */
  readonly attempts: number
  /** Slack's word for the last failure, such as `http_timeout`; empty where there was none. */
  readonly reason: string
  /** Unix milliseconds of the next attempt; `null`: given up, kept for redelivery. */
  readonly nextAt: number | null
}

/** JSON, in a form that only its engine's kin can read. */
export interface Snapshot {
  readonly version: number
  readonly tables: Readonly<Record<string, readonly Readonly<Record<string, string | number | null>>[]>>
}

export interface StoreStats {
  readonly engine: 'sqlite' | 'postgres'
  /** Calls that wait for the next batch, and how many may. */
  readonly queued: number
  readonly queuedMax: number
  readonly batches: number
  readonly changes: number
}

/** Changes that shared one commit. */
export interface BatchSeen {
  readonly changes: number
  /** From the begin of the transaction until it was durable. */
  readonly durationMs: number
}

export interface UndeliveredCount {
  /** Whether they are mails; else they are events. */
  readonly isMail: boolean
  readonly isGivenUp: boolean
  readonly count: number
}

/** The store cannot take the call: its queue is full, it is closing, or the database is away. Nothing was written. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable'
}

/** A snapshot that this engine and version did not make. */
export class UnusableSnapshot extends Error {
  override readonly name = 'UnusableSnapshot'
}

/** The commit was asked for and its outcome is not known. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
}
