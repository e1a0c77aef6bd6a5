import type { Grant, TokenKind } from '../../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../../domain/ids.ts'
import type { TokensOfApp, TokensOfUser } from '../store.ts'
import type { Connection } from './connection.ts'

export interface Tokens {
  findByDigest(digest: string): Grant | undefined
  hasAny(): boolean
  /** After the empty id: from the first on. */
  findAfter(teamId: TeamId, after: string, limit: number): readonly Grant[]
  findOfApp(app: TokensOfApp, after: Grant | null, limit: number): readonly Grant[]
  findOfUser(user: TokensOfUser, limit: number): readonly Grant[]
  /** Whether the user has a user token of the app that is not revoked. */
  hasLive(teamId: TeamId, userId: UserId, appId: AppId | null): boolean
  add(digest: string, grant: Grant): void
  /** Nothing where no token has this id, or it was revoked before. */
  revoke(teamId: TeamId, tokenId: string, now: number): Revoked | undefined
}

export interface Revoked {
  readonly digest: string
  readonly grant: Grant
}

const BEFORE_ALL = { createdAt: -1, tokenId: '' }

export function openTokens(db: Connection): Tokens {
  const findByDigest = db.prepare<[digest: string], TokenRow>(`
    select
      body,
      revoked_at
    from
      tokens
    where
      digest = ?`)

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
      team_id = ?
      and token_id > ?
    order by
      token_id
    limit
      ?`)

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
      team_id = ?
      and app_id = ?
      and kind = ?
      and revoked_at is null
      and (created_at, token_id) > (?, ?)
    order by
      created_at,
      token_id
    limit
      ?`)

  const findOfUser = db.prepare<[TeamId, UserId, AppId, limit: number], TokenRow>(`
    select
      body,
      revoked_at
    from
      tokens
    where
      team_id = ?
      and user_id = ?
      and app_id = ?
      and kind = 'user'
      and revoked_at is null
    order by
      created_at desc,
      token_id
    limit
      ?`)

  const findLive = db.prepare<[TeamId, UserId, AppId | null], { token_id: string }>(`
    select
      token_id
    from
      tokens
    where
      team_id = ?
      and user_id = ?
      and app_id is not distinct from ?
      and kind = 'user'
      and revoked_at is null
    limit
      1`)

  const add = db.prepare<NewTokenRow>(`
    insert into
      tokens (team_id, token_id, digest, kind, user_id, app_id, created_at, revoked_at, body)
    values
      (@teamId, @tokenId, @digest, @kind, @userId, @appId, @createdAt, @revokedAt, @body)`)

  const revoke = db.prepare<[now: number, TeamId, tokenId: string], TokenRow & { readonly digest: string }>(`
    update
      tokens
    set
      revoked_at = ?
    where
      team_id = ?
      and token_id = ?
      and revoked_at is null
    returning
      digest,
      body,
      revoked_at`)

  return {
    findByDigest: (digest) => {
      const row = findByDigest.get(digest)
      return row === undefined ? undefined : fromRow(row)
    },
    hasAny: () => findAny.get() !== undefined,
    findAfter: (teamId, after, limit) => findAfter.all(teamId, after, limit).map(fromRow),
    findOfApp: ({ teamId, appId, kind }, after, limit) => {
      const { createdAt, tokenId } = after ?? BEFORE_ALL
      return findOfApp.all(teamId, appId, kind, createdAt, tokenId, limit).map(fromRow)
    },
    findOfUser: ({ teamId, userId, appId }, limit) => findOfUser.all(teamId, userId, appId, limit).map(fromRow),
    hasLive: (teamId, userId, appId) => findLive.get(teamId, userId, appId) !== undefined,
    add: (digest, grant) => {
      add.run(toRow(digest, grant))
    },
    revoke: (teamId, tokenId, now) => {
      const row = revoke.get(now, teamId, tokenId)
      return row === undefined ? undefined : { digest: row.digest, grant: fromRow(row) }
    },
  }
}

interface TokenRow {
  readonly body: string
  readonly revoked_at: number | null
}

interface NewTokenRow {
  readonly teamId: TeamId
  readonly tokenId: string
  readonly digest: string
  readonly kind: TokenKind
  readonly userId: UserId
  readonly appId: AppId | null
  readonly createdAt: number
  readonly revokedAt: number | null
  readonly body: string
}

function toRow(digest: string, grant: Grant): NewTokenRow {
  const { teamId, tokenId, kind, userId, appId, createdAt, revoked } = grant
  const revokedAt = revoked ? createdAt : null
  return { teamId, tokenId, digest, kind, userId, appId, createdAt, revokedAt, body: JSON.stringify(grant) }
}

function fromRow({ body, revoked_at }: TokenRow): Grant {
  return { ...JSON.parse(body), revoked: revoked_at !== null }
}
