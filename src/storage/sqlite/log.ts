import type { EventType, Fact, LogEntry, OtherFact } from '../../domain/event.ts'
import type { TeamId, UserId } from '../../domain/ids.ts'
import type { EncodedFact, Write } from '../deciding.ts'
import type { Connection } from './connection.ts'

export interface Log {
  /** Tells of the changed user, and gives the entry's number. */
  append(write: Write): number
  appendFact(teamId: TeamId, at: number, fact: EncodedFact): number
  read(after: number, limit: number): readonly LogEntry[]
  find(seq: number): LogEntry | undefined
  /** Oldest first. */
  findLast(kind: Fact['kind'], limit: number): readonly LogEntry[]
  /** 0 where there is no entry. */
  findLastSeq(): number
}

export function openLog(db: Connection): Log {
  const append = db.prepare<[TeamId, UserId, types: string, at: number, body: string]>(`
    insert into
      log (team_id, user_id, types, at, body, kind)
    values
      (?, ?, ?, ?, ?, 'user')`)

  const appendFact = db.prepare<[TeamId, UserId, at: number, body: string, OtherFact['kind']]>(`
    insert into
      log (team_id, user_id, types, at, body, kind)
    values
      (?, ?, '', ?, ?, ?)`)

  const read = db.prepare<[after: number, limit: number], LogRow>(`
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
      seq > ?
    order by
      seq
    limit
      ?`)

  const find = db.prepare<[seq: number], LogRow>(`
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
      seq = ?`)

  const findLastUsers = db.prepare<[limit: number], LogRow>(`
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
      kind = 'user'
    order by
      seq desc
    limit
      ?`)

  // The index leaves out users, so that their entries, which are almost all, do not pay for it.
  const findLastOthers = db.prepare<[kind: OtherFact['kind'], limit: number], LogRow>(`
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
      kind <> 'user'
      and kind = ?
    order by
      seq desc
    limit
      ?`)

  const findLastSeq = db.prepare<[], { seq: number }>(`
    select
      seq
    from
      log
    order by
      seq desc
    limit
      1`)

  return {
    append: ({ after, at, body, events }) =>
      Number(append.run(after.teamId, after.id, events.join(' '), at, body).lastInsertRowid),
    appendFact: (teamId, at, { fact, body }) =>
      Number(appendFact.run(teamId, fact.userId, at, body, fact.kind).lastInsertRowid),
    read: (after, limit) => read.all(after, limit).map(fromRow),
    find: (seq) => {
      const row = find.get(seq)
      return row === undefined ? undefined : fromRow(row)
    },
    findLast: (kind, limit) =>
      (kind === 'user' ? findLastUsers.all(limit) : findLastOthers.all(kind, limit)).reverse().map(fromRow),
    findLastSeq: () => findLastSeq.get()?.seq ?? 0,
  }
}

interface LogRow {
  readonly seq: number
  readonly team_id: TeamId
  readonly kind: Fact['kind']
  readonly types: string
  readonly at: number
  readonly body: string
}

function fromRow({ seq, team_id: teamId, kind, types, at, body }: LogRow): LogEntry {
  if (kind !== 'user') return { ...JSON.parse(body), seq, teamId, at }
  return { kind, types: types.split(' ') as EventType[], user: JSON.parse(body), seq, teamId, at }
}
