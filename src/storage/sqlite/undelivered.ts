import { MAIL_READER } from '../../domain/event.ts'
import type { TeamId } from '../../domain/ids.ts'
import type { Undelivered, UndeliveredCount } from '../store.ts'
import type { Connection } from './connection.ts'

export interface UndeliveredRows {
  findOfReader(teamId: TeamId, reader: string, limit: number): readonly Undelivered[]
  findOfTeam(teamId: TeamId, limit: number): readonly Undelivered[]
  find(teamId: TeamId, id: string): Undelivered | undefined
  findNextDue(reader: string): number | undefined
  /** The number of the first entry that waits to be tried again for one of the readers. */
  findFirstWaiting(teamId: TeamId, readers: readonly string[]): number | undefined
  /** What is kept for the readers of entries below that number. */
  dropBelow(teamId: TeamId, readers: readonly string[], seq: number): void
  /** Of all teams, and of so many rows at most. */
  count(rowsMax: number): readonly UndeliveredCount[]
  /** What is due at `now` is next due `later`. */
  claim(reader: string, times: { readonly now: number; readonly later: number }, limit: number): readonly Undelivered[]
  /** Replaces what is stored under the same id. */
  keep(undelivered: Undelivered): void
  drop(teamId: TeamId, reader: string, id: string): void
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
      team_id = ?
      and reader = ?
    order by
      next_at nulls last,
      seq,
      id
    limit
      ?`)

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
      team_id = ?
    order by
      next_at nulls last,
      seq,
      id
    limit
      ?`)

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
      team_id = ?
      and id = ?`)

  const findNextDue = db.prepare<[reader: string], { next_at: number }>(`
    select
      next_at
    from
      undelivered
    where
      reader = ?
      and next_at is not null
    order by
      next_at
    limit
      1`)

  // The index begins with those that wait, so that those that were given up are not looked at.
  const findFirstWaiting = db.prepare<[TeamId, reader: string], { seq: number | null }>(`
    select
      min(seq) as seq
    from
      undelivered
    where
      team_id = ?
      and reader = ?
      and next_at >= 0`)

  const dropBelow = db.prepare<{ teamId: TeamId; reader: string; seq: number }>(`
    delete from undelivered
    where
      team_id = @teamId
      and id in (
        select
          id
        from
          undelivered
        where
          team_id = @teamId
          and reader = @reader
          and next_at is null
          and seq < @seq
        union all
        select
          id
        from
          undelivered
        where
          team_id = @teamId
          and reader = @reader
          and next_at >= 0
          and seq < @seq
      )`)

  const count = db.prepare<[mailReader: string, rowsMax: number], Counted>(`
    select
      "isMail",
      "isGivenUp",
      count(*) as count
    from
      (
        select
          reader = ? as "isMail",
          next_at is null as "isGivenUp"
        from
          undelivered
        limit
          ?
      ) as counted
    group by
      "isMail",
      "isGivenUp"`)

  const claim = db.prepare<[later: number, reader: string, now: number, limit: number], Undelivered>(`
    update
      undelivered
    set
      next_at = ?
    where
      (team_id, id) in (
        select
          team_id,
          id
        from
          undelivered
        where
          reader = ?
          and next_at <= ?
        order by
          next_at,
          team_id,
          id
        limit
          ?
      )
    returning
      id,
      reader,
      team_id as "teamId",
      seq,
      type,
      attempts,
      reason,
      next_at as "nextAt"`)

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

  const drop = db.prepare<[TeamId, id: string, reader: string]>(`
    delete from undelivered
    where
      team_id = ?
      and id = ?
      and reader = ?`)

  return {
    findOfReader: (teamId, reader, limit) => findOfReader.all(teamId, reader, limit),
    findOfTeam: (teamId, limit) => findOfTeam.all(teamId, limit),
    find: (teamId, id) => find.get(teamId, id),
    findNextDue: (reader) => findNextDue.get(reader)?.next_at,
    findFirstWaiting: (teamId, readers) => {
      const found = readers.map((reader) => findFirstWaiting.get(teamId, reader)?.seq ?? Number.POSITIVE_INFINITY)
      const first = Math.min(...found)
      return first === Number.POSITIVE_INFINITY ? undefined : first
    },
    dropBelow: (teamId, readers, seq) => {
      for (const reader of readers) dropBelow.run({ teamId, reader, seq })
    },
    count: (rowsMax) => count.all(MAIL_READER, rowsMax).map(fromCounted),
    claim: (reader, { now, later }, limit) => claim.all(later, reader, now, limit),
    keep: (undelivered) => {
      keep.run(undelivered)
    },
    drop: (teamId, reader, id) => {
      drop.run(teamId, id, reader)
    },
  }
}

/** SQLite knows no truth values. */
interface Counted {
  readonly isMail: number
  readonly isGivenUp: number
  readonly count: number
}

function fromCounted({ isMail, isGivenUp, count }: Counted): UndeliveredCount {
  return { isMail: isMail === 1, isGivenUp: isGivenUp === 1, count }
}
