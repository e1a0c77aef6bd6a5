import type { Grant, TokenKind } from '../../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../../domain/ids.ts'
import type { TokensOfApp, TokensOfUser } from '../store.ts'
import type { Connection } from './connection.ts'
import { oneTeamOf } from './one-team.ts'

export interface Tokens {
  /** By digest. */
  find(keys: readonly TokenKey[]): Promise<ReadonlyMap<string, Grant>>
  hasAny(): Promise<boolean>
  /** After the empty id: from the first on. */
  findAfter(teamId: TeamId, after: string, limit: number): Promise<readonly Grant[]>
  findOfApp(app: TokensOfApp, after: Grant | null, limit: number): Promise<readonly Grant[]>
  findOfUser(user: TokensOfUser, limit: number): Promise<readonly Grant[]>
  /** Whether the user has a user token of the app that is not revoked. */
  hasLive(teamId: TeamId, userId: UserId, appId: AppId | null): Promise<boolean>
  add(digest: string, grant: Grant): Promise<void>
  /** Nothing where no token has this id, or it was revoked before. */
  revoke(teamId: TeamId, tokenId: string, now: number): Promise<Revoked | undefined>
}

export interface TokenKey {
  readonly teamId: TeamId
  readonly digest: string
}

export interface Revoked {
  readonly digest: string
  readonly grant: Grant
}

const BEFORE_ALL = { createdAt: -1, tokenId: '' }

export function openTokens(db: Connection): Tokens {
  const find = db.prepare<[teamIds: readonly TeamId[], digests: readonly string[]], FoundRow>(`
    select
      t.digest,
      t.body,
      t.revoked_at
    from
      unnest($1::text[], $2::text[]) as k (team_id, digest)
      join tokens t on t.team_id = k.team_id
      and t.digest = k.digest`)

  const findOfTeam = db.prepare<[TeamId, digests: readonly string[]], FoundRow>(`
    select
      digest,
      body,
      revoked_at
    from
      tokens
    where
      team_id = $1
      and digest = any($2::text[])`)

  const findAny = db.prepare<[], { token_id: string }>(`
    select
      token_id
    from
      tokens
    limit
      1`)

  const findAfter = db.prepare<[TeamId, after: string, limit: number], TokenRow>(`
    select
      body,
      revoked_at
    from
      tokens
    where
      team_id = $1
      and token_id > $2
    order by
      token_id
    limit
      $3`)

  const findOfApp = db.prepare<
    [TeamId, AppId, TokenKind, createdAt: number, tokenId: string, limit: number],
    TokenRow
  >(`
    select
      body,
      revoked_at
    from
      tokens
    where
      team_id = $1
      and app_id = $2
      and kind = $3
      and revoked_at is null
      and (created_at, token_id) > ($4, $5)
    order by
      created_at,
      token_id
    limit
      $6`)

  const findOfUser = db.prepare<[TeamId, UserId, AppId, limit: number], TokenRow>(`
    select
      body,
      revoked_at
    from
      tokens
    where
      team_id = $1
      and user_id = $2
      and app_id = $3
      and kind = 'user'
      and revoked_at is null
    order by
      created_at desc,
      token_id
    limit
      $4`)

  const findLive = db.prepare<[TeamId, UserId, AppId | null], { token_id: string }>(`
    select
      token_id
    from
      tokens
    where
      team_id = $1
      and user_id = $2
      and app_id is not distinct from $3
      and kind = 'user'
      and revoked_at is null
    limit
      1`)

  const add = db.prepare<NewTokenRow, never>(`
    insert into
      tokens (team_id, token_id, digest, kind, user_id, app_id, created_at, revoked_at, body)
    values
      ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)

  const revoke = db.prepare<[now: number, TeamId, tokenId: string], FoundRow>(`
    update
      tokens
    set
      revoked_at = $1
    where
      team_id = $2
      and token_id = $3
      and revoked_at is null
    returning
      digest,
      body,
      revoked_at`)

  return {
    find: async (keys) => {
      const teamIds = keys.map(({ teamId }) => teamId)
      const digests = keys.map(({ digest }) => digest)
      const teamId = oneTeamOf(teamIds)
      const rows = await (teamId === undefined ? find.all(teamIds, digests) : findOfTeam.all(teamId, digests))
      return new Map(rows.map((row) => [row.digest, fromRow(row)]))
    },
    hasAny: async () => (await findAny.get()) !== undefined,
    findAfter: async (teamId, after, limit) => (await findAfter.all(teamId, after, limit)).map(fromRow),
    findOfApp: async ({ teamId, appId, kind }, after, limit) => {
      const { createdAt, tokenId } = after ?? BEFORE_ALL
      return (await findOfApp.all(teamId, appId, kind, createdAt, tokenId, limit)).map(fromRow)
    },
    findOfUser: async ({ teamId, userId, appId }, limit) =>
      (await findOfUser.all(teamId, userId, appId, limit)).map(fromRow),
    hasLive: async (teamId, userId, appId) => (await findLive.get(teamId, userId, appId)) !== undefined,
    add: async (digest, grant) => {
      await add.run(...toRow(digest, grant))
    },
    revoke: async (teamId, tokenId, now) => {
      const row = await revoke.get(now, teamId, tokenId)
      return row === undefined ? undefined : { digest: row.digest, grant: fromRow(row) }
    },
  }
}

interface TokenRow {
  readonly body: string
  readonly revoked_at: number | null
}

interface FoundRow extends TokenRow {
  readonly digest: string
}

type NewTokenRow = [
  teamId: TeamId,
  tokenId: string,
  digest: string,
  kind: TokenKind,
  userId: UserId,
  appId: AppId | null,
  createdAt: number,
  revokedAt: number | null,
  body: string,
]

function toRow(digest: string, grant: Grant): NewTokenRow {
  const { teamId, tokenId, kind, userId, appId, createdAt, revoked } = grant
  const revokedAt = revoked ? createdAt : null
  return [teamId, tokenId, digest, kind, userId, appId, createdAt, revokedAt, JSON.stringify(grant)]
}

function fromRow({ body, revoked_at }: TokenRow): Grant {
  return { ...JSON.parse(body), revoked: revoked_at !== null }
}
