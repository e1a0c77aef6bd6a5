import type { Grant, TokenKind } from '../../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../../domain/ids.ts'
import type { Connection } from './connection.ts'

export interface Tokens {
  findByDigests(digests: readonly string[]): Promise<ReadonlyMap<string, Grant>>
  hasAny(): Promise<boolean>
  findAll(): Promise<readonly Grant[]>
  findOfTeam(teamId: TeamId): Promise<readonly Grant[]>
  /** Whether the user has a user token of the app that is not revoked. */
  hasLive(teamId: TeamId, userId: UserId, appId: AppId | null): Promise<boolean>
  add(digest: string, grant: Grant): Promise<void>
  /** Nothing where no token has this id, or it was revoked before. */
  revoke(tokenId: string, now: number): Promise<Revoked | undefined>
}

export interface Revoked {
  readonly digest: string
  readonly grant: Grant
}

export function openTokens(db: Connection): Tokens {
  const findByDigests = db.prepare<[digests: readonly string[]], TokenRow & { readonly digest: string }>(`
    select
      digest,
      body,
      revoked_at
    from
      tokens
    where
      digest = any($1::text[])`)

  const findAny = db.prepare<[], { token_id: string }>(`
    select
      token_id
    from
      tokens
    limit
      1`)

  const findAll = db.prepare<[], TokenRow>(`
    select
      body,
      revoked_at
    from
      tokens
    order by
      created_at desc,
      token_id`)

  const findOfTeam = db.prepare<[TeamId], TokenRow>(`
    select
      body,
      revoked_at
    from
      tokens
    where
      team_id = $1
    order by
      created_at desc,
      token_id`)

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

  const revoke = db.prepare<[now: number, tokenId: string], TokenRow & { readonly digest: string }>(`
    update
      tokens
    set
      revoked_at = $1
    where
      token_id = $2
      and revoked_at is null
    returning
      digest,
      body,
      revoked_at`)

  return {
    findByDigests: async (digests) =>
      new Map((await findByDigests.all(digests)).map((row) => [row.digest, fromRow(row)])),
    hasAny: async () => (await findAny.get()) !== undefined,
    findAll: async () => (await findAll.all()).map(fromRow),
    findOfTeam: async (teamId) => (await findOfTeam.all(teamId)).map(fromRow),
    hasLive: async (teamId, userId, appId) => (await findLive.get(teamId, userId, appId)) !== undefined,
    add: async (digest, grant) => {
      await add.run(...toRow(digest, grant))
    },
    revoke: async (tokenId, now) => {
      const row = await revoke.get(now, tokenId)
      return row === undefined ? undefined : { digest: row.digest, grant: fromRow(row) }
    },
  }
}

interface TokenRow {
  readonly body: string
  readonly revoked_at: number | null
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
