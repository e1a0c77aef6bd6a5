import { MAIL_READER } from '../../domain/event.ts'
import type { TeamId } from '../../domain/ids.ts'
import type { Undelivered, UndeliveredCount } from '../store.ts'
import type { Connection } from './connection.ts'

export interface UndeliveredRows {
  findOfReader(teamId: TeamId, reader: string, limit: number): Promise<readonly Undelivered[]>
  findOfTeam(teamId: TeamId, limit: number): Promise<readonly Undelivered[]>
  find(teamId: TeamId, id: string): Promise<Undelivered | undefined>
  findNextDue(reader: string): Promise<number | undefined>
  /** The number of the first entry that waits to be tried again for one of the readers. */
  findFirstWaiting(teamId: TeamId, readers: readonly string[]): Promise<number | undefined>
  /** What is kept for the readers of entries below that number. */
  dropBelow(teamId: TeamId, readers: readonly string[], seq: number): Promise<void>
  /** Of all teams, and of so many rows at most. */
  count(rowsMax: number): Promise<readonly UndeliveredCount[]>
  findDue(reader: string, now: number, limit: number): Promise<readonly UndeliveredKey[]>
  /** Those that are still due at `now` are next due `later`. */
  claim(
    teamId: TeamId,
    ids: readonly string[],
    times: { readonly now: number; readonly later: number },
  ): Promise<readonly Undelivered[]>
  /** Replaces what is stored under the same ids. */
  keep(undelivered: readonly Undelivered[]): Promise<void>
  drop(teamId: TeamId, reader: string, ids: readonly string[]): Promise<void>
}

export interface UndeliveredKey {
  readonly teamId: TeamId
  readonly id: string
}

export function openUndelivered(db: Connection): UndeliveredRows {
  const findOfReader = db.prepare<[TeamId, reader: string, limit: number], Undelivered>(`
    select
      id,
      reader,
      team_id as "teamId",
      seq,
      type,
      attempts,
      reason,
      next_at as "nextAt"
    from
      undelivered
    where
      team_id = $1
      and reader = $2
    order by
      next_at nulls last,
      seq,
      id
    limit
      $3`)

  const findOfTeam = db.prepare<[TeamId, limit: number], Undelivered>(`
    select
      id,
      reader,
      team_id as "teamId",
      seq,
      type,
      attempts,
      reason,
      next_at as "nextAt"
    from
      undelivered
    where
      team_id = $1
    order by
      next_at nulls last,
      seq,
      id
    limit
      $2`)

  const find = db.prepare<[TeamId, id: string], Undelivered>(`
    select
      id,
      reader,
      team_id as "teamId",
      seq,
      type,
      attempts,
      reason,
      next_at as "nextAt"
    from
      undelivered
    where
      team_id = $1
      and id = $2`)

  const findNextDue = db.prepare<[reader: string], { next_at: number }>(`
    select
      next_at
    from
      undelivered
    where
      reader = $1
      and next_at is not null
    order by
      next_at
    limit
      1`)

  // The index begins with those that wait, so that those that were given up are not looked at.
  const findFirstWaiting = db.prepare<[TeamId, readers: readonly string[]], { seq: number | null }>(`
    select
      min(seq) as seq
    from
      undelivered
    where
      team_id = $1
      and reader = any($2::text[])
      and next_at >= 0`)

  const dropBelow = db.prepare<[TeamId, readers: readonly string[], seq: number], never>(`
    delete from undelivered
    where
      team_id = $1
      and id in (
        select
          id
        from
          undelivered
        where
          team_id = $1
          and reader = any($2::text[])
          and next_at is null
          and seq < $3
        union all
        select
          id
        from
          undelivered
        where
          team_id = $1
          and reader = any($2::text[])
          and next_at >= 0
          and seq < $3
      )`)

  const count = db.prepare<[mailReader: string, rowsMax: number], UndeliveredCount>(`
    select
      "isMail",
      "isGivenUp",
      count(*) as count
    from
      (
        select
          reader = $1 as "isMail",
          next_at is null as "isGivenUp"
        from
          undelivered
        limit
          $2
      ) as counted
    group by
      "isMail",
      "isGivenUp"`)

  const findDue = db.prepare<[reader: string, now: number, limit: number], UndeliveredKey>(`
    select
      team_id as "teamId",
      id
    from
      undelivered
    where
      reader = $1
      and next_at <= $2
    order by
      next_at,
      team_id,
      id
    limit
      $3`)

  // Another process may have been quicker: then the row is not due any more when this statement comes to it.
  const claim = db.prepare<[later: number, TeamId, ids: readonly string[], now: number], Undelivered>(`
    update
      undelivered
    set
      next_at = $1
    where
      team_id = $2
      and id = any($3::text[])
      and next_at <= $4
    returning
      id,
      reader,
      team_id as "teamId",
      seq,
      type,
      attempts,
      reason,
      next_at as "nextAt"`)

  const keep = db.prepare<UndeliveredColumns, never>(`
    insert into
      undelivered (team_id, id, reader, seq, type, attempts, reason, next_at)
    select
      *
    from
      unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::integer[], $7::text[], $8::bigint[])
    on conflict (team_id, id) do update
    set
      reader = excluded.reader,
      seq = excluded.seq,
      type = excluded.type,
      attempts = excluded.attempts,
      reason = excluded.reason,
      next_at = excluded.next_at`)

  const drop = db.prepare<[TeamId, ids: readonly string[], reader: string], never>(`
    delete from undelivered
    where
      team_id = $1
      and id = any($2::text[])
      and reader = $3`)

  return {
    findOfReader: (teamId, reader, limit) => findOfReader.all(teamId, reader, limit),
    findOfTeam: (teamId, limit) => findOfTeam.all(teamId, limit),
    find: (teamId, id) => find.get(teamId, id),
    findNextDue: async (reader) => (await findNextDue.get(reader))?.next_at,
    findFirstWaiting: async (teamId, readers) => (await findFirstWaiting.get(teamId, readers))?.seq ?? undefined,
    dropBelow: async (teamId, readers, seq) => {
      await dropBelow.run(teamId, readers, seq)
    },
    count: (rowsMax) => count.all(MAIL_READER, rowsMax),
    findDue: (reader, now, limit) => findDue.all(reader, now, limit),
    claim: (teamId, ids, { now, later }) => claim.all(later, teamId, ids, now),
    keep: async (undelivered) => {
      // One statement changes a row once.
      const last = new Map(undelivered.map((row) => [row.id, row]))
      await keep.run(...toColumns([...last.values()]))
    },
    drop: async (teamId, reader, ids) => {
      await drop.run(teamId, ids, reader)
    },
  }
}

type UndeliveredColumns = [
  teamIds: readonly string[],
  ids: readonly string[],
  readers: readonly string[],
  seqs: readonly number[],
  types: readonly string[],
  attempts: readonly number[],
  reasons: readonly string[],
  nextAts: readonly (number | null)[],
]

function toColumns(rows: readonly Undelivered[]): UndeliveredColumns {
  return [
    rows.map(({ teamId }) => teamId),
    rows.map(({ id }) => id),
    rows.map(({ reader }) => reader),
    rows.map(({ seq }) => seq),
    rows.map(({ type }) => type),
    rows.map(({ attempts }) => attempts),
    rows.map(({ reason }) => reason),
    rows.map(({ nextAt }) => nextAt),
  ]
}
