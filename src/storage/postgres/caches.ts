import type { Grant } from '../../domain/grant.ts'
import type { TeamId, UserId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { User } from '../../domain/user.ts'
import { BoundedCache } from '../bounded-cache.ts'
import { rowKey, type Write } from '../deciding.ts'
import { Gather } from '../gather.ts'
import type { StoreLimits } from '../limits.ts'
import type { Tables } from './tables.ts'
import { UNKNOWN } from './teams.ts'
import type { TokenKey } from './tokens.ts'
import type { Found, UserKey } from './users.ts'

/** How long a team or a grant is taken to be as it was read. Other processes write too: what they revoke must not work
 * for a second longer. */
const FRESH_MS = 500

/** What was read lately. Users are read again each time, and a row whose text has not changed gives the same object, so
 * that it is parsed once and what hangs on it stays. */
export class Caches {
  readonly #teams: BoundedCache<Aging<Team> & { readonly version: number }>
  readonly #users: BoundedCache<{ readonly user: User; readonly body: string }>
  readonly #grants: BoundedCache<Aging<Grant>>
  readonly #findTeams: Gather<TeamId, Team>
  readonly #findUsers: Gather<UserKey, User>
  readonly #findGrants: Gather<string, Grant>
  /** The team of a token never changes. */
  readonly #tokenTeams: BoundedCache<TeamId>
  /** Counts what made cached rows out of date; what was read before must not enter after. */
  #epoch = 0

  constructor(tables: Tables, limits: StoreLimits) {
    this.#teams = new BoundedCache(limits.cachedTeamsMax)
    this.#users = new BoundedCache(limits.cachedUsersMax, limits.cachedUsersTextMax)
    this.#grants = new BoundedCache(limits.cachedGrantsMax)
    this.#tokenTeams = new BoundedCache(limits.cachedGrantsMax)
    this.#findTeams = new Gather(limits.queuedCallsMax, (teamIds) => this.#loadTeams(tables, teamIds))
    this.#findUsers = new Gather(limits.queuedCallsMax, async (keys) => this.usersOf(await tables.users.find(keys)))
    this.#findGrants = new Gather(limits.queuedCallsMax, (digests) => this.#loadGrants(tables, digests))
  }

  async findTeam(teamId: TeamId): Promise<Team | undefined> {
    return this.freshTeam(teamId) ?? this.#findTeams.find(teamId, teamId)
  }

  freshTeam(teamId: TeamId): Team | undefined {
    return freshOf(this.#teams.get(teamId))
  }

  findUser(teamId: TeamId, userId: UserId): Promise<User | undefined> {
    return this.#findUsers.find(rowKey(teamId, userId), { teamId, userId })
  }

  async findGrant(digest: string): Promise<Grant | undefined> {
    return freshOf(this.#grants.get(digest)) ?? this.#findGrants.find(digest, digest)
  }

  /** By their row keys. */
  usersOf(rows: readonly Found[]): ReadonlyMap<string, User> {
    return new Map(rows.map((row) => [rowKey(row.teamId, row.userId), this.#userOf(row)]))
  }

  keepUsers(writes: readonly Write[]): void {
    for (const { before, after, body } of writes) {
      if (after !== before) this.#users.set(rowKey(after.teamId, after.id), { user: after, body }, body.length)
    }
  }

  forgetTeam(teamId: TeamId): void {
    this.#epoch += 1
    this.#teams.delete(teamId)
  }

  forgetGrant(digest: string): void {
    this.#epoch += 1
    this.#grants.delete(digest)
  }

  clear(): void {
    this.#epoch += 1
    this.#teams.clear()
    this.#users.clear()
    this.#grants.clear()
    this.#tokenTeams.clear()
  }

  #userOf({ teamId, userId, body }: Found): User {
    const key = rowKey(teamId, userId)
    const cached = this.#users.get(key)
    if (cached?.body === body) return cached.user
    const user: User = JSON.parse(body)
    this.#users.set(key, { user, body }, body.length)
    return user
  }

  async #loadTeams(tables: Tables, teamIds: readonly TeamId[]): Promise<ReadonlyMap<string, Team>> {
    const start = performance.now()
    const epoch = this.#epoch
    const known = new Map(teamIds.map((teamId) => [teamId, this.#teams.get(teamId)]))
    const found = await tables.teams.find(
      teamIds.map((teamId) => ({ teamId, version: known.get(teamId)?.version ?? UNKNOWN })),
    )
    const teams = new Map<string, Team>()
    for (const { teamId, version, team = known.get(teamId)?.value } of found) {
      if (team === undefined) continue
      teams.set(teamId, team)
      if (epoch === this.#epoch) this.#teams.set(teamId, { value: team, version, freshUntil: start + FRESH_MS })
    }
    return teams
  }

  async #loadGrants(tables: Tables, digests: readonly string[]): Promise<ReadonlyMap<string, Grant>> {
    const start = performance.now()
    const epoch = this.#epoch
    const grants = await tables.tokens.find(await this.#findTokenKeys(tables, digests))
    if (epoch === this.#epoch) {
      for (const [digest, value] of grants) this.#grants.set(digest, { value, freshUntil: start + FRESH_MS })
    }
    return grants
  }

  async #findTokenKeys(tables: Tables, digests: readonly string[]): Promise<readonly TokenKey[]> {
    const unknown = digests.filter((digest) => this.#tokenTeams.get(digest) === undefined)
    const epoch = this.#epoch
    const found = unknown.length === 0 ? NO_TEAMS : await tables.tokenTeams.find(unknown)
    if (epoch === this.#epoch) for (const [digest, teamId] of found) this.#tokenTeams.set(digest, teamId)
    return digests.flatMap((digest) => {
      const teamId = found.get(digest) ?? this.#tokenTeams.get(digest)
      return teamId === undefined ? [] : [{ teamId, digest }]
    })
  }
}

const NO_TEAMS: ReadonlyMap<string, TeamId> = new Map()

interface Aging<Value> {
  readonly value: Value
  /** By the clock of `performance.now()`. */
  readonly freshUntil: number
}

function freshOf<Value>(cached: Aging<Value> | undefined): Value | undefined {
  return cached !== undefined && cached.freshUntil > performance.now() ? cached.value : undefined
}
