import type { Undelivered } from '../store.ts'
import type { Connection } from './connection.ts'

export interface UndeliveredRows {
  findOfReader(reader: string, limit: number): readonly Undelivered[]
  findAll(limit: number): readonly Undelivered[]
  /** Replaces what is stored under the same id. */
  keep(undelivered: Undelivered): void
  drop(reader: string, id: string): void
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
      reader = ?
    order by
      next_at nulls last,
      seq,
      id
    limit
      ?`)

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
      ?`)

  const keep = db.prepare<Undelivered>(`
    insert into
      undelivered (team_id, id, reader, seq, type, attempts, reason, next_at)
    values
      (@teamId, @id, @reader, @seq, @type, @attempts, @reason, @nextAt)
    on conflict (team_id, id) do update
    set
      reader = excluded.reader,
      seq = excluded.seq,
      type = excluded.type,
      attempts = excluded.attempts,
      reason = excluded.reason,
      next_at = excluded.next_at`)

  const drop = db.prepare<[id: string, reader: string]>(`
    delete from undelivered
    where
      id = ?
      and reader = ?`)

  return {
    findOfReader: (reader, limit) => findOfReader.all(reader, limit),
    findAll: (limit) => findAll.all(limit),
    keep: (undelivered) => {
      keep.run(undelivered)
    },
    drop: (reader, id) => {
      drop.run(id, reader)
    },
  }
}
