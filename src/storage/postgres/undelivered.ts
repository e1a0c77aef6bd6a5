import type { Undelivered } from '../store.ts'
import type { Connection } from './connection.ts'

export interface UndeliveredRows {
  findOfReader(reader: string, limit: number): Promise<readonly Undelivered[]>
  findAll(limit: number): Promise<readonly Undelivered[]>
  /** Replaces what is stored under the same ids. */
  keep(undelivered: readonly Undelivered[]): Promise<void>
  drop(reader: string, ids: readonly string[]): Promise<void>
}

export function openUndelivered(db: Connection): UndeliveredRows {
  const findOfReader = db.prepare<[reader: string, limit: number], Undelivered>(`
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
      reader = $1
    order by
      next_at nulls last,
      seq,
      id
    limit
      $2`)

  const findAll = db.prepare<[limit: number], Undelivered>(`
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
    order by
      next_at nulls last,
      seq,
      id
    limit
      $1`)

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

  const drop = db.prepare<[ids: readonly string[], reader: string], never>(`
    delete from undelivered
    where
      id = any($1::text[])
      and reader = $2`)

  return {
    findOfReader: (reader, limit) => findOfReader.all(reader, limit),
    findAll: (limit) => findAll.all(limit),
    keep: async (undelivered) => {
      // One statement changes a row once.
      const last = new Map(undelivered.map((row) => [row.id, row]))
      await keep.run(...toColumns([...last.values()]))
    },
    drop: async (reader, ids) => {
      await drop.run(ids, reader)
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
