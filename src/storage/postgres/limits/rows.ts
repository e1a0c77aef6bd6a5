import type { Connection } from '../connection.ts'

export interface LimitKey {
  readonly teamId: string
  readonly key: string
}

export interface LimitRow extends LimitKey {
  /** What is known of the calls that passed. */
  readonly body: string
  /** Unix milliseconds at which it has no say any more. */
  readonly validUntil: number
}

export interface ChangedRow extends LimitRow {
  /** Whether it was not there. */
  readonly isNew: boolean
}

export interface LimitRows {
  /** Holds the rows that are there until the transaction ends, and gives them as the last holder left them, with the time
   * by the database's clock at which all are held. Everybody holds in the same order, so nobody waits in a circle. */
  lock(keys: readonly LimitKey[]): Promise<{ readonly rows: readonly LimitRow[]; readonly now: number }>
  /** Is called while those that were there are held, and holds no others afterwards. Fails where somebody else has made
   * a new one meanwhile: `isConstraintViolation`. */
  save(rows: readonly ChangedRow[]): Promise<void>
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
  // Looked up one by one: a join might read the whole table for a few rows. A row that is awaited is read as its holder
  // leaves it, and the clock once it is held.
  const lock = db.prepare<KeyColumns, FoundRow>(`
    select
      k.team_id as "teamId",
      k.key,
      w.body,
      w.valid_until as "validUntil",
      ${NOW} as "now"
    from
      unnest($1::text[], $2::text[]) as k (team_id, key)
      left join lateral (
        select
          body,
          valid_until
        from
          limit_windows
        where
          team_id = k.team_id
          and key = k.key
        for update
      ) w on true`)

  const add = db.prepare<RowColumns, never>(`
    insert into
      limit_windows (team_id, key, body, valid_until)
    select
      *
    from
      unnest($1::text[], $2::text[], $3::text[], $4::bigint[])`)

  // Finds each by its key, where an update might read the whole table for them.
  const save = db.prepare<RowColumns, never>(`
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
      ${NOW} as "now"
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
      const found = await lock.all(...toColumns(keys.toSorted(inOrder)))
      const rows = found.filter((row): row is LimitRow & FoundRow => row.body !== null)
      return { rows, now: Math.max(0, ...found.map(({ now }) => now)) }
    },
    save: async (rows) => {
      const [added, kept] = [rows.filter(({ isNew }) => isNew), rows.filter(({ isNew }) => !isNew)]
      await Promise.all([
        kept.length > 0 && save.run(...toRowColumns(kept)),
        added.length > 0 && add.run(...toRowColumns(added.toSorted(inOrder))),
      ])
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
const NOW = "floor(date_part('epoch', clock_timestamp()) * 1000)::bigint"

type OldColumns = [teamId: string, after: string, last: string, now: number]

type KeyColumns = [teamIds: readonly string[], keys: readonly string[]]

type RowColumns = [...KeyColumns, bodies: readonly string[], validUntils: readonly number[]]

/** What a lock gives for each key. */
interface FoundRow extends LimitKey {
  readonly body: string | null
  readonly validUntil: number | null
  readonly now: number
}

/** That of the index. */
function inOrder(one: LimitKey, other: LimitKey): number {
  return compare(one.teamId, other.teamId) || compare(one.key, other.key)
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

function toColumns(keys: readonly LimitKey[]): KeyColumns {
  return [keys.map(({ teamId }) => teamId), keys.map(({ key }) => key)]
}

function toRowColumns(rows: readonly LimitRow[]): RowColumns {
  return [...toColumns(rows), rows.map(({ body }) => body), rows.map(({ validUntil }) => validUntil)]
}
