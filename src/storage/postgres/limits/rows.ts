import type { Connection } from '../connection.ts'

export interface LimitKey {
  readonly teamId: string
  readonly key: string
}

export interface LimitRow extends LimitKey {
  /** What is known of the calls that passed; empty where nothing is. */
  readonly body: string
  /** Unix milliseconds at which it has no say any more. */
  readonly validUntil: number
}

export interface LimitRows {
  /** Holds what is under the keys until the transaction ends, and gives it as the last holder left it, with the time by
   * the database's clock at which it is held. Everybody holds in the same order, so nobody waits in a circle. */
  lock(keys: readonly LimitKey[]): Promise<{ readonly rows: readonly LimitRow[]; readonly now: number }>
  /** Is called while the rows are held. */
  save(rows: readonly LimitRow[]): Promise<void>
  /** The next ones after a key, with the database's time. */
  findAfter(after: LimitKey, limit: number): Promise<readonly SeenRow[]>
  /** Those of the span that have no say any more when they are held. */
  dropOld(span: Span, now: number): Promise<void>
  dropAll(): Promise<void>
}

export interface SeenRow extends LimitKey {
  readonly validUntil: number
  readonly now: number
}

/** Rows of one team: those after one key, up to another one. */
export interface Span {
  readonly teamId: string
  readonly after: string
  readonly last: string
}

export function openLimitRows(db: Connection): LimitRows {
  // A row that is there is held and not written: PostgreSQL holds it before it asks for the condition.
  const hold = db.prepare<KeyColumns, never>(`
    insert into
      limit_windows (team_id, key, body, valid_until)
    select
      team_id,
      key,
      '',
      0
    from
      unnest($1::text[], $2::text[]) as k (team_id, key)
    order by
      team_id collate "C",
      key collate "C"
    on conflict (team_id, key) do update
    set
      body = excluded.body
    where
      false`)

  // Looked up one by one: a join might read the whole table for a few rows.
  const find = db.prepare<KeyColumns, LimitRow & { readonly now: number }>(`
    select
      k.team_id as "teamId",
      k.key,
      w.body,
      w.valid_until as "validUntil",
      (${NOW}) as "now"
    from
      unnest($1::text[], $2::text[]) as k (team_id, key)
      cross join lateral (
        select
          body,
          valid_until
        from
          limit_windows
        where
          team_id = k.team_id
          and key = k.key
        limit
          1
      ) w`)

  const save = db.prepare<[...KeyColumns, bodies: readonly string[], validUntils: readonly number[]], never>(`
    insert into
      limit_windows (team_id, key, body, valid_until)
    select
      *
    from
      unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    on conflict (team_id, key) do update
    set
      body = excluded.body,
      valid_until = excluded.valid_until`)

  const findAfter = db.prepare<[teamId: string, key: string, limit: number], SeenRow>(`
    select
      team_id as "teamId",
      key,
      valid_until as "validUntil",
      (${NOW}) as "now"
    from
      limit_windows
    where
      (team_id, key) > ($1, $2)
    order by
      team_id,
      key
    limit
      $3`)

  const holdOld = db.prepare<OldColumns, never>(`
    select
      key
    from
      limit_windows
    where
      team_id = $1
      and key > $2
      and key <= $3
      and valid_until <= $4
    order by
      key
    for update`)

  const dropOld = db.prepare<OldColumns, never>(`
    delete from limit_windows
    where
      team_id = $1
      and key > $2
      and key <= $3
      and valid_until <= $4`)

  const dropAll = db.prepare<[], never>('delete from limit_windows')

  return {
    lock: async (keys) => {
      const columns = toColumns(keys)
      const [, rows] = await Promise.all([hold.run(...columns), find.all(...columns)])
      return { rows, now: rows[0]?.now ?? 0 }
    },
    save: async (rows) => {
      const bodies = rows.map(({ body }) => body)
      const validUntils = rows.map(({ validUntil }) => validUntil)
      await save.run(...toColumns(rows), bodies, validUntils)
    },
    findAfter: ({ teamId, key }, limit) => findAfter.all(teamId, key, limit),
    dropOld: async ({ teamId, after, last }, now) => {
      const columns: OldColumns = [teamId, after, last, now]
      await Promise.all([holdOld.run(...columns), dropOld.run(...columns)])
    },
    dropAll: async () => {
      await dropAll.run()
    },
  }
}

/** The one clock that all servers follow, read by the statement and not at the beginning of its transaction. */
const NOW = 'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint'

type OldColumns = [teamId: string, after: string, last: string, now: number]

type KeyColumns = [teamIds: readonly string[], keys: readonly string[]]

function toColumns(keys: readonly LimitKey[]): KeyColumns {
  return [keys.map(({ teamId }) => teamId), keys.map(({ key }) => key)]
}
