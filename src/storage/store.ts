import type { Refusal } from '../domain/errors.ts'
import type { EventType, LogEntry } from '../domain/event.ts'
import type { Grant } from '../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../domain/ids.ts'
import type { Team } from '../domain/team.ts'
import type { User } from '../domain/user.ts'

/** The port to durable storage. Two engines implement it alike; `conformance/` says what alike means.
 * Every write resolves only after its commit is durable. A call that cannot be taken rejects with `StorageUnavailable`. */
export interface Store {
  /** Reads what `key` names, lets `decide` judge it, and writes what it decided, together with other calls in one
   * transaction. `decide` is pure and synchronous and may run again. Its refusals write nothing. When it throws, this
   * call alone fails. Resolves to what `decide` returned. */
  change<Decision extends Refusal | Change>(key: ChangeKey, decide: (loaded: Loaded) => Decision): Promise<Decision>

  /** `undefined` for an unknown token. Expired and revoked ones are found. */
  findGrant(token: string): Promise<Grant | undefined>
  /** Throws where there is no such team: a grant names teams that exist. */
  getTeam(teamId: TeamId): Promise<Team>
  findTeams(): Promise<readonly Team[]>
  findUser(teamId: TeamId, userId: UserId): Promise<User | undefined>
  /** People of a team in the order of joining, deactivated ones and bots too. `limit` ≤ 1000. */
  findUsers(teamId: TeamId, after: UserId | null, limit: number): Promise<readonly User[]>

  /** Writes a team with its people in one transaction; replaces nothing: an existing id rejects. */
  addTeam(team: Team, users: readonly User[]): Promise<void>
  /** Replaces what is stored of a team. */
  saveTeam(team: Team): Promise<void>
  /** Whether the user has authorised the app: a live user token of theirs belongs to it. */
  hasUserToken(teamId: TeamId, userId: UserId, appId: AppId | null): Promise<boolean>
  addToken(token: string, grant: Grant): Promise<void>
  /** Newest first. */
  findTokens(teamId: TeamId | null): Promise<readonly Grant[]>
  /** False where no token has this id. A revoked token stays listed. */
  revokeToken(tokenId: string, now: number): Promise<boolean>

  /** Entries with `seq` above `after`, oldest first, at most `limit` ≤ 1000. */
  readLog(after: number, limit: number): Promise<readonly LogEntry[]>

  /** Facts for operators. */
  stats(): StoreStats
  /** Refuses new work, finishes what is queued, and closes. */
  close(): Promise<void>
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
  /** The user afterwards. The loaded object itself means that nothing changed and nothing is written. */
  readonly user: User
  /** What the log is to tell of it; empty: the change is written without an event. */
  readonly events: readonly EventType[]
}

export interface StoreStats {
  /** Calls that wait for the next batch. */
  readonly queued: number
  readonly batches: number
  readonly changes: number
}

/** The store cannot take the call: its queue is full, it is closing, or the database is away. Nothing was written. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable'
}

/** The commit was asked for and its outcome is not known. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
}
