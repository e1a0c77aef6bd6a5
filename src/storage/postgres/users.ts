import type { TeamId, UserId } from '../../domain/ids.ts'
import type { User } from '../../domain/user.ts'
import { emailKeyOf, rowKey, type Write } from '../deciding.ts'
import type { ExpiringStatus } from '../store.ts'
import type { Connection } from './connection.ts'
import { oneTeamOf } from './one-team.ts'

export interface Users {
  find(keys: readonly UserKey[]): Promise<readonly Found[]>
  /** Finds users and keeps other writers away from them until the transaction ends. */
  lock(keys: readonly UserKey[]): Promise<readonly Found[]>
  findEmailOwners(keys: readonly EmailKey[]): Promise<readonly EmailOwner[]>
  findFirst(teamId: TeamId, limit: number): Promise<readonly User[]>
  findAfter(teamId: TeamId, after: UserId, limit: number): Promise<readonly User[]>
  findExpiring(dueAt: number, limit: number): Promise<readonly ExpiringStatus[]>
  findNextExpiration(): Promise<number | undefined>
  add(users: readonly User[]): Promise<void>
  /** Needs the lock of each. */
  save(writes: readonly Write[]): Promise<void>
}

export interface UserKey {
  readonly teamId: TeamId
  readonly userId: UserId
}

/** A user in encoded form. */
export interface Found extends UserKey {
  readonly body: string
}

export interface EmailKey {
  readonly teamId: TeamId
  readonly emailLower: string
}

export interface EmailOwner extends EmailKey {
  readonly userId: UserId
}

/** Each statement has only so much time. */
const ROWS_PER_STATEMENT = 2000

export function openUsers(db: Connection): Users {
  const find = db.prepare<KeyColumns, Found>(`
    select
      u.team_id as "teamId",
      u.id as "userId",
      u.body
    from
      unnest($1::text[], $2::text[]) as k (team_id, id)
      join users u on u.team_id = k.team_id
      and u.id = k.id`)

  const findOfTeam = db.prepare<[TeamId, ids: readonly UserId[]], Found>(`
    select
      team_id as "teamId",
      id as "userId",
      body
    from
      users
    where
      team_id = $1
      and id = any($2::text[])`)

  // Every process locks in the same order, so that none waits for one that waits for it.
  const lock = db.prepare<KeyColumns, Found>(`
    select
      u.team_id as "teamId",
      u.id as "userId",
      u.body
    from
      unnest($1::text[], $2::text[]) as k (team_id, id)
      join users u on u.team_id = k.team_id
      and u.id = k.id
    order by
      u.team_id,
      u.id
    for update of
      u`)

  const lockOfTeam = db.prepare<[TeamId, ids: readonly UserId[]], Found>(`
    select
      team_id as "teamId",
      id as "userId",
      body
    from
      users
    where
      team_id = $1
      and id = any($2::text[])
    order by
      id
    for update`)

  const findEmailOwners = db.prepare<[teamIds: readonly TeamId[], emailsLower: readonly string[]], EmailOwner>(`
    select
      u.team_id as "teamId",
      u.email_lower as "emailLower",
      u.id as "userId"
    from
      unnest($1::text[], $2::text[]) as k (team_id, email_lower)
      join users u on u.team_id = k.team_id
      and u.email_lower = k.email_lower`)

  const findFirst = db.prepare<[TeamId, limit: number], UserRow>(`
    select
      body
    from
      users
    where
      team_id = $1
    order by
      ordinal,
      id
    limit
      $2`)

  const findAfter = db.prepare<[TeamId, UserId, limit: number], UserRow>(`
    select
      body
    from
      users
    where
      team_id = $1
      and (ordinal, id) > (
        select
          ordinal,
          id
        from
          users
        where
          team_id = $1
          and id = $2
      )
    order by
      ordinal,
      id
    limit
      $3`)

  const findExpiring = db.prepare<[dueAt: number, limit: number], ExpiringStatus>(`
    select
      team_id as "teamId",
      id as "userId",
      status_expiration as "expiration"
    from
      users
    where
      status_expiration > 0
      and status_expiration <= $1
    order by
      status_expiration,
      team_id,
      id
    limit
      $2`)

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

  const add = db.prepare<UserColumns, never>(`
    insert into
      users (team_id, id, ordinal, email_lower, status_expiration, deleted, name, updated, body)
    select
      *
    from
      unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::integer[], $7::text[], $8::bigint[], $9::text[])`)

  // Indexes are written only where an indexed value differs, so most changes leave them alone.
  const save = db.prepare<UserColumns, never>(`
    update
      users u
    set
      email_lower = c.email_lower,
      status_expiration = c.status_expiration,
      deleted = c.deleted,
      name = c.name,
      updated = c.updated,
      body = c.body
    from
      unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::integer[], $7::text[], $8::bigint[], $9::text[])
        as c (team_id, id, ordinal, email_lower, status_expiration, deleted, name, updated, body)
    where
      u.team_id = c.team_id
      and u.id = c.id`)

  // Uniqueness is checked row by row: where two people swap addresses, both are given up before either is taken.
  const giveUpEmails = db.prepare<KeyColumns, never>(`
    update
      users u
    set
      email_lower = null
    from
      unnest($1::text[], $2::text[]) as k (team_id, id)
    where
      u.team_id = k.team_id
      and u.id = k.id
      and u.email_lower is not null`)

  return {
    find: (keys) => {
      const [teamIds, ids] = toKeyColumns(keys)
      const teamId = oneTeamOf(teamIds)
      return teamId === undefined ? find.all(teamIds, ids) : findOfTeam.all(teamId, ids)
    },
    lock: (keys) => {
      const [teamIds, ids] = toKeyColumns(keys)
      const teamId = oneTeamOf(teamIds)
      return teamId === undefined ? lock.all(teamIds, ids) : lockOfTeam.all(teamId, ids)
    },
    findEmailOwners: (keys) =>
      findEmailOwners.all(
        keys.map(({ teamId }) => teamId),
        keys.map(({ emailLower }) => emailLower),
      ),
    findFirst: async (teamId, limit) => (await findFirst.all(teamId, limit)).map(fromRow),
    findAfter: async (teamId, after, limit) => (await findAfter.all(teamId, after, limit)).map(fromRow),
    findExpiring: (dueAt, limit) => findExpiring.all(dueAt, limit),
    findNextExpiration: async () => (await findNextExpiration.get())?.status_expiration,
    add: async (users) => {
      for (let start = 0; start < users.length; start += ROWS_PER_STATEMENT) {
        const some = users.slice(start, start + ROWS_PER_STATEMENT)
        await add.run(...toColumns(some.map((user) => ({ user, body: JSON.stringify(user) }))))
      }
    },
    save: async (writes) => {
      const moved = writes.filter(({ before, after }) => emailKeyOf(before) !== emailKeyOf(after))
      const movedKeys = moved.map(({ after }) => ({ teamId: after.teamId, userId: after.id }))
      const last = lastOfEach(writes)
      const [, { changes }] = await Promise.all([
        movedKeys.length > 0 && giveUpEmails.run(...toKeyColumns(movedKeys)),
        save.run(...toColumns(last)),
      ])
      if (changes !== last.length) throw new Error(`${last.length - changes} of the users to save do not exist.`)
    },
  }
}

interface UserRow {
  readonly body: string
}

interface EncodedUser extends UserRow {
  readonly user: User
}

type KeyColumns = [teamIds: readonly TeamId[], userIds: readonly UserId[]]

type UserColumns = [
  teamIds: readonly TeamId[],
  ids: readonly UserId[],
  ordinals: readonly number[],
  emailsLower: readonly (string | null)[],
  statusExpirations: readonly number[],
  deleted: readonly number[],
  names: readonly string[],
  updated: readonly number[],
  bodies: readonly string[],
]

/** One statement changes a row once: what a batch left of each user. */
function lastOfEach(writes: readonly Write[]): readonly EncodedUser[] {
  const last = new Map<string, EncodedUser>()
  for (const { before, after, body } of writes) {
    if (after !== before) last.set(rowKey(after.teamId, after.id), { user: after, body })
  }
  return [...last.values()]
}

function toKeyColumns(keys: readonly UserKey[]): KeyColumns {
  return [keys.map(({ teamId }) => teamId), keys.map(({ userId }) => userId)]
}

function toColumns(users: readonly EncodedUser[]): UserColumns {
  return [
    users.map(({ user }) => user.teamId),
    users.map(({ user }) => user.id),
    users.map(({ user }) => user.ordinal),
    users.map(({ user }) => emailKeyOf(user)),
    users.map(({ user }) => user.profile.status.expiration),
    users.map(({ user }) => Number(user.deleted)),
    users.map(({ user }) => user.name),
    users.map(({ user }) => user.updated),
    users.map(({ body }) => body),
  ]
}

function fromRow({ body }: UserRow): User {
  return JSON.parse(body)
}
