import { type Fact, type LogEntry, MAIL_READER, MAILED_KINDS, type OtherFact } from '../../domain/event.ts'
import type { TeamId, UserId } from '../../domain/ids.ts'
import type { EncodedFact } from '../deciding.ts'
import { fromRow, type LogRow } from '../log-row.ts'
import type { Trimmed } from '../trimming.ts'
import type { Connection } from './connection.ts'
import type { SavedWrite } from './saving.ts'

export interface Log {
  /** Tells of the changed user. `seq` is the next number of the team. */
  append(seq: number, write: SavedWrite): void
  /** Tells of the fact, and asks for a mail where the fact wants one. */
  appendFact(teamId: TeamId, seq: number, at: number, fact: EncodedFact): void
  read(teamId: TeamId, after: number, limit: number): readonly LogEntry[]
  find(teamId: TeamId, seq: number): LogEntry | undefined
  findFirstSeq(teamId: TeamId): number | undefined
  /** Removes those of the first entries that are too old, `limit` at most, and gives how many. */
  dropOld(teamId: TeamId, old: Trimmed, limit: number): number
  /** Oldest first. */
  findLast(teamId: TeamId, kind: Fact['kind'], limit: number): readonly LogEntry[]
  /** 0 where there is no entry. */
  findLastSeq(teamId: TeamId): number
  /** Of all teams that have entries. */
  findHeads(): ReadonlyMap<TeamId, number>
}

export function openLog(db: Connection): Log {
  const append = db.prepare<[TeamId, seq: number, UserId, types: string, at: number, body: string]>(`
    insert into
      log (team_id, seq, user_id, types, at, body, kind)
    values
      (?, ?, ?, ?, ?, ?, 'user')`)

  const appendFact = db.prepare<[TeamId, seq: number, UserId, at: number, body: string, OtherFact['kind']]>(`
    insert into
      log (team_id, seq, user_id, types, at, body, kind)
    values
      (?, ?, ?, '', ?, ?, ?)`)

  const askForMail = db.prepare<[TeamId, id: string, seq: number, kind: string, at: number]>(`
    insert into
      undelivered (team_id, id, reader, seq, type, attempts, reason, next_at)
    values
      (?, ?, '${MAIL_READER}', ?, ?, 0, '', ?)`)

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
      team_id = ?
      and seq > ?
    order by
      seq
    limit
      ?`)

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
      team_id = ?
      and seq = ?`)

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
      team_id = ?
      and kind = 'user'
    order by
      seq desc
    limit
      ?`)

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
      team_id = ?
      and kind <> 'user'
      and kind = ?
    order by
      seq desc
    limit
      ?`)

  const findLastSeq = db.prepare<[TeamId], { seq: number }>(`
    select
      seq
    from
      log
    where
      team_id = ?
    order by
      seq desc
    limit
      1`)

  const findHeads = db.prepare<[], { team_id: TeamId; seq: number }>(`
    select
      team_id,
      max(seq) as seq
    from
      log
    group by
      team_id`)

  const findFirstSeq = db.prepare<[TeamId], { seq: number }>(`
    select
      seq
    from
      log
    where
      team_id = ?
    order by
      seq
    limit
      1`)

  const dropOld = db.prepare<
    [TeamId, TeamId, limit: number, end: number, unreadBefore: number, before: number, passed: number]
  >(`
    delete from log
    where
      team_id = ?
      and seq in (
        select
          seq
        from
          log
        where
          team_id = ?
        order by
          seq
        limit
          ?
      )
      and seq < ?
      and (at < ? or (at < ? and seq <= ?))`)

  return {
    append: (seq, { teamId, userId, types, at, body }) => {
      append.run(teamId, seq, userId, types, at, body)
    },
    appendFact: (teamId, seq, at, { fact, body }) => {
      appendFact.run(teamId, seq, fact.userId, at, body, fact.kind)
      if (MAILED_KINDS.includes(fact.kind)) askForMail.run(teamId, `mail-${seq}`, seq, fact.kind, at)
    },
    read: (teamId, after, limit) => read.all(teamId, after, limit).map(fromRow),
    find: (teamId, seq) => {
      const row = find.get(teamId, seq)
      return row === undefined ? undefined : fromRow(row)
    },
    findFirstSeq: (teamId) => findFirstSeq.get(teamId)?.seq,
    dropOld: (teamId, { end, before, unreadBefore, passed }, limit) =>
      dropOld.run(teamId, teamId, limit, end, unreadBefore, before, passed).changes,
    findLast: (teamId, kind, limit) =>
      (kind === 'user' ? findLastUsers.all(teamId, limit) : findLastOthers.all(teamId, kind, limit))
        .reverse()
        .map(fromRow),
    findLastSeq: (teamId) => findLastSeq.get(teamId)?.seq ?? 0,
    findHeads: () => new Map(findHeads.all().map(({ team_id, seq }) => [team_id, seq])),
  }
}
