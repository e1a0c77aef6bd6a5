import type { Grant } from '../../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { User } from '../../domain/user.ts'
import { BoundedCache } from '../bounded-cache.ts'
import { type Committed, rowKey, type Write } from '../deciding.ts'
import type { StoreLimits } from '../limits.ts'
import { type RowKey, Rows } from '../rows.ts'
import type { Tables } from './tables.ts'

/** What was read or written lately. Only what is committed ever enters, so a rollback has nothing to take back. */
export class Caches implements Committed {
  readonly #tables: Tables
  readonly #teams: BoundedCache<Team>
  readonly #users: BoundedCache<User, RowKey>
  readonly #grants: BoundedCache<Grant>
  /** Whether a user has a live token of an app. */
  readonly #userTokens: BoundedCache<boolean>

  constructor(tables: Tables, limits: StoreLimits) {
    this.#tables = tables
    this.#teams = new BoundedCache(limits.cachedTeamsMax)
    this.#users = new BoundedCache(limits.cachedUsersMax, limits.cachedUsersTextMax, () => new Rows())
    this.#grants = new BoundedCache(limits.cachedGrantsMax)
    this.#userTokens = new BoundedCache(limits.cachedGrantsMax)
  }

  findTeam(teamId: TeamId): Team | undefined {
    const cached = this.#teams.get(teamId)
    if (cached !== undefined) return cached
    const team = this.#tables.teams.find(teamId)
    if (team !== undefined) this.#teams.set(teamId, team)
    return team
  }

  findUser(teamId: TeamId, userId: UserId): User | undefined {
    const key = { teamId, id: userId }
    const cached = this.#users.get(key)
    if (cached !== undefined) return cached
    const found = this.#tables.users.find(teamId, userId)
    if (found !== undefined) this.#users.set(key, found.user, found.textLength)
    return found?.user
  }

  findEmailOwner(teamId: TeamId, emailLower: string): UserId | undefined {
    return this.#tables.users.findEmailOwner(teamId, emailLower)
  }

  findGrant(digest: string): Grant | undefined {
    const cached = this.#grants.get(digest)
    if (cached !== undefined) return cached
    const grant = this.#tables.tokens.findByDigest(digest)
    if (grant !== undefined) this.#grants.set(digest, grant)
    return grant
  }

  hasUserToken(teamId: TeamId, userId: UserId, appId: AppId | null): boolean {
    const key = `${rowKey(teamId, userId)}/${appId ?? ''}`
    const cached = this.#userTokens.get(key)
    if (cached !== undefined) return cached
    const found = this.#tables.tokens.hasLive(teamId, userId, appId)
    this.#userTokens.set(key, found)
    return found
  }

  keepUsers(writes: readonly Write[]): void {
    for (const { before, after, body } of writes) {
      if (after !== before) this.#users.set(after, after, body.length)
    }
  }

  forgetTeam(teamId: TeamId): void {
    this.#teams.delete(teamId)
  }

  forgetGrant(digest: string): void {
    this.#grants.delete(digest)
    this.forgetUserTokens()
  }

  /** A token was added or revoked, which is rare: all are looked up again. */
  forgetUserTokens(): void {
    this.#userTokens.clear()
  }

  clear(): void {
    this.#teams.clear()
    this.#users.clear()
    this.#grants.clear()
    this.#userTokens.clear()
  }
}
