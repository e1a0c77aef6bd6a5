import { type Fact, type LogEntry, MAIL_READER, MAILED_KINDS, type OtherFact } from '../../domain/event.ts'
import type { TeamId } from '../../domain/ids.ts'
import type { EncodedFact, Write } from '../deciding.ts'
import { fromRow, type LogRow } from '../log-row.ts'
import type { Trimmed } from '../trimming.ts'
import type { Connection } from './connection.ts'
import {
  countFollowing,
  type Head,
  type HeadColumns,
  type LogColumns,
  type MailColumns,
  type NewLogRow,
  toColumns,
  toFactRow,
  toHeadColumns,
  toMailColumns,
  toMap,
  toRows,
} from './log-rows.ts'

export interface Log {
  /** Keeps other writers of the logs there are waiting until the transaction ends. */
  lock(): Promise<void>
  /** Tells of the changed users and the facts, asks for the mails that facts want, and gives the numbers of the last
   * entries. Other writers of the same teams wait until the transaction ends. */
  append(writes: readonly Write[]): Promise<ReadonlyMap<TeamId, number>>
  appendFacts(teamId: TeamId, at: number, facts: readonly EncodedFact[]): Promise<ReadonlyMap<TeamId, number>>
  read(teamId: TeamId, after: number, limit: number): Promise<readonly LogEntry[]>
  find(teamId: TeamId, seq: number): Promise<LogEntry | undefined>
  findFirstSeq(teamId: TeamId): Promise<number | undefined>
  /** Removes those of the first entries that are too old, `limit` at most, and gives how many. */
  dropOld(teamId: TeamId, old: Trimmed, limit: number): Promise<number>
  /** Oldest first. */
  findLast(teamId: TeamId, kind: Fact['kind'], limit: number): Promise<readonly LogEntry[]>
  /** The numbers of the last entries; teams that have none are left out. */
  findHeads(teamIds: readonly TeamId[]): Promise<ReadonlyMap<TeamId, number>>
  findAllHeads(): Promise<ReadonlyMap<TeamId, number>>
}

export function openLog(db: Connection): Log {
  const lock = db.prepare<[], never>(`
    select
      team_id
    from
      log_heads
    order by
      team_id
    for update`)

  // Whoever numbers entries of a team holds the row of its head until the commit, so that numbers become visible in their
  // order and a reader that has come to one has missed none below it (docs/decisions/0039). An identity column gives
  // numbers before they can be seen; readers that wait for pg_snapshot_xmin would wait for every long transaction beside
  // ours, and on PostgreSQL alone. The teams come in order, so that no two writers wait for each other.
  const append = db.prepare<[...HeadColumns, ...LogColumns], Head>(`
    with
      heads as (
        insert into
          log_heads (team_id, last_seq)
        select
          *
        from
          unnest($1::text[], $2::bigint[])
        on conflict (team_id) do update
        set
          last_seq = log_heads.last_seq + excluded.last_seq
        returning
          team_id,
          last_seq
      ),
      appended as (
        insert into
          log (team_id, seq, user_id, types, at, body, kind)
        select
          e.team_id,
          heads.last_seq - e.following,
          e.user_id,
          e.types,
          e.at,
          e.body,
          e.kind
        from
          unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[])
            as e (team_id, following, user_id, types, at, body, kind)
          join heads on heads.team_id = e.team_id
      )
    select
      team_id,
      last_seq
    from
      heads`)

  // Right after the entries themselves, while nobody else can add any.
  const askForMail = db.prepare<MailColumns, never>(`
    insert into
      undelivered (team_id, id, reader, seq, type, attempts, reason, next_at)
    select
      m.team_id,
      'mail-' || (h.last_seq - m.following),
      '${MAIL_READER}',
      h.last_seq - m.following,
      m.kind,
      0,
      '',
      m.at
    from
      unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[]) as m (team_id, following, kind, at)
      join log_heads h on h.team_id = m.team_id`)

  const read = db.prepare<[TeamId, after: number, limit: number], LogRow>(`
    select
      seq,
      team_id,
      kind,
      types,
      at,
      body
    from
      log
    where
      team_id = $1
      and seq > $2
    order by
      seq
    limit
      $3`)

  const find = db.prepare<[TeamId, seq: number], LogRow>(`
    select
      seq,
      team_id,
      kind,
      types,
      at,
      body
    from
      log
    where
      team_id = $1
      and seq = $2`)

  const findLastUsers = db.prepare<[TeamId, limit: number], LogRow>(`
    select
      seq,
      team_id,
      kind,
      types,
      at,
      body
    from
      log
    where
      team_id = $1
      and kind = 'user'
    order by
      seq desc
    limit
      $2`)

  // The index leaves out users, so that their entries, which are almost all, do not pay for it.
  const findLastOthers = db.prepare<[TeamId, kind: OtherFact['kind'], limit: number], LogRow>(`
    select
      seq,
      team_id,
      kind,
      types,
      at,
      body
    from
      log
    where
      team_id = $1
      and kind <> 'user'
      and kind = $2
    order by
      seq desc
    limit
      $3`)

  const findFirstSeq = db.prepare<[TeamId], { seq: number }>(`
    select
      seq
    from
      log
    where
      team_id = $1
    order by
      seq
    limit
      1`)

  const dropOld = db.prepare<
    [TeamId, limit: number, end: number, unreadBefore: number, before: number, passed: number],
    never
  >(`
    delete from log
    where
      team_id = $1
      and seq in (
        select
          seq
        from
          log
        where
          team_id = $1
        order by
          seq
        limit
          $2
      )
      and seq < $3
      and (at < $4 or (at < $5 and seq <= $6))`)

  const findHeads = db.prepare<[teamIds: readonly TeamId[]], Head>(`
    select
      team_id,
      last_seq
    from
      log_heads
    where
      team_id = any($1::text[])`)

  const findAllHeads = db.prepare<[], Head>(`
    select
      team_id,
      last_seq
    from
      log_heads`)

  const appendRows = async (given: readonly NewLogRow[]) => {
    const rows = countFollowing(given)
    const mailed = rows.filter(({ kind }) => kind !== 'user' && MAILED_KINDS.includes(kind))
    const [heads] = await Promise.all([
      append.all(...toHeadColumns(rows), ...toColumns(rows)),
      mailed.length > 0 && askForMail.run(...toMailColumns(mailed)),
    ])
    return toMap(heads)
  }

  return {
    lock: async () => {
      await lock.run()
    },
    append: (writes) => appendRows(writes.flatMap(toRows)),
    appendFacts: (teamId, at, facts) => appendRows(facts.map((fact) => toFactRow(teamId, at, fact))),
    read: async (teamId, after, limit) => (await read.all(teamId, after, limit)).map(fromRow),
    find: async (teamId, seq) => {
      const row = await find.get(teamId, seq)
      return row === undefined ? undefined : fromRow(row)
    },
    findFirstSeq: async (teamId) => (await findFirstSeq.get(teamId))?.seq,
    dropOld: async (teamId, { end, before, unreadBefore, passed }, limit) =>
      (await dropOld.run(teamId, limit, end, unreadBefore, before, passed)).changes,
    findLast: async (teamId, kind, limit) => {
      const rows =
        kind === 'user' ? await findLastUsers.all(teamId, limit) : await findLastOthers.all(teamId, kind, limit)
      return rows.toReversed().map(fromRow)
    },
    findHeads: async (teamIds) => toMap(await findHeads.all(teamIds)),
    findAllHeads: async () => toMap(await findAllHeads.all()),
  }
}
