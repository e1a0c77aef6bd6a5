import type { TeamId, UserId } from '../../domain/ids.ts'
import type { User } from '../../domain/user.ts'
import { emailKeyOf } from '../deciding.ts'
import type { ExpiringStatus } from '../store.ts'
import type { Connection } from './connection.ts'
import type { SavedWrite } from './saving.ts'

export interface Users {
  find(teamId: TeamId, userId: UserId): Found | undefined
  findEmailOwner(teamId: TeamId, emailLower: string): UserId | undefined
  findFirst(teamId: TeamId, limit: number): readonly User[]
  findAfter(teamId: TeamId, after: UserId, limit: number): readonly User[]
  findExpiring(dueAt: number, limit: number): readonly ExpiringStatus[]
  findNextExpiration(): number | undefined
  add(user: User): void
  save(write: SavedWrite): void
}

/** A user, and how long its encoded form is. */
export interface Found {
  readonly user: User
  readonly textLength: number
}

export function openUsers(db: Connection): Users {
  const find = db.prepare<[TeamId, UserId], UserRow>(`
    select
      body
    from
      users
    where
      team_id = ?
      and id = ?`)

  const findEmailOwner = db.prepare<[TeamId, emailLower: string], { id: UserId }>(`
    select
      id
    from
      users
    where
      team_id = ?
      and email_lower = ?`)

  const findFirst = db.prepare<[TeamId, limit: number], UserRow>(`
    select
      body
    from
      users
    where
      team_id = ?
    order by
      ordinal,
      id
    limit
      ?`)

  const findAfter = db.prepare<[TeamId, TeamId, UserId, limit: number], UserRow>(`
    select
      body
    from
      users
    where
      team_id = ?
      and (ordinal, id) > (
        select
          ordinal,
          id
        from
          users
        where
          team_id = ?
          and id = ?
      )
    order by
      ordinal,
      id
    limit
      ?`)

  const findExpiring = db.prepare<[dueAt: number, limit: number], ExpiringStatus>(`
    select
      team_id as "teamId",
      id as "userId",
      status_expiration as "expiration"
    from
      users
    where
      status_expiration > 0
      and status_expiration <= ?
    order by
      status_expiration,
      team_id,
      id
    limit
      ?`)

  const findNextExpiration = db.prepare<[], { status_expiration: number }>(`
    select
      status_expiration
    from
      users
    where
      status_expiration > 0
    order by
      status_expiration
    limit
      1`)

  const add = db.prepare<NewUserRow>(`
    insert into
      users (team_id, id, ordinal, email_lower, status_expiration, deleted, name, updated, body)
    values
      (@teamId, @id, @ordinal, @emailLower, @statusExpiration, @deleted, @name, @updated, @body)`)

  const saveUnindexed = db.prepare<[deleted: number, name: string, updated: number, body: string, TeamId, UserId]>(`
    update
      users
    set
      deleted = ?,
      name = ?,
      updated = ?,
      body = ?
    where
      team_id = ?
      and id = ?`)

  const saveIndexed = db.prepare<[emailLower: string | null, statusExpiration: number, TeamId, UserId]>(`
    update
      users
    set
      email_lower = ?,
      status_expiration = ?
    where
      team_id = ?
      and id = ?`)

  return {
    find: (teamId, userId) => {
      const row = find.get(teamId, userId)
      return row === undefined ? undefined : { user: fromRow(row), textLength: row.body.length }
    },
    findEmailOwner: (teamId, emailLower) => findEmailOwner.get(teamId, emailLower)?.id,
    findFirst: (teamId, limit) => findFirst.all(teamId, limit).map(fromRow),
    findAfter: (teamId, after, limit) => findAfter.all(teamId, teamId, after, limit).map(fromRow),
    findExpiring: (dueAt, limit) => findExpiring.all(dueAt, limit),
    findNextExpiration: () => findNextExpiration.get()?.status_expiration,
    add: (user) => {
      add.run(toRow(user))
    },
    save: ({ teamId, userId, columns, deleted, name, updated, emailLower, statusExpiration, body }) => {
      const { changes } = saveUnindexed.run(deleted, name, updated, body, teamId, userId)
      if (changes !== 1) throw new Error(`There is no user ${userId} in team ${teamId}.`)
      if (columns === 'all') saveIndexed.run(emailLower, statusExpiration, teamId, userId)
    },
  }
}

interface UserRow {
  readonly body: string
}

interface NewUserRow extends UserRow {
  readonly teamId: TeamId
  readonly id: UserId
  readonly ordinal: number
  readonly emailLower: string | null
  readonly statusExpiration: number
  readonly deleted: number
  readonly name: string
  readonly updated: number
}

function toRow(user: User): NewUserRow {
  return {
    teamId: user.teamId,
    id: user.id,
    ordinal: user.ordinal,
    emailLower: emailKeyOf(user),
    statusExpiration: user.profile.status.expiration,
    deleted: Number(user.deleted),
    name: user.name,
    updated: user.updated,
    body: JSON.stringify(user),
  }
}

function fromRow({ body }: UserRow): User {
  return JSON.parse(body)
}
