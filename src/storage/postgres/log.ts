import type { EventType, Fact, LogEntry, OtherFact } from '../../domain/event.ts'
import type { TeamId, UserId } from '../../domain/ids.ts'
import type { EncodedFact, Write } from '../deciding.ts'
import type { Connection } from './connection.ts'

export interface Log {
  /** Keeps all other writers of the log waiting until the transaction ends. */
  lock(): Promise<void>
  /** Tells of the changed users and the facts, and gives the number of the last entry. Needs the lock. */
  append(writes: readonly Write[]): Promise<number>
  appendFact(teamId: TeamId, at: number, fact: EncodedFact): Promise<number>
  read(after: number, limit: number): Promise<readonly LogEntry[]>
  find(seq: number): Promise<LogEntry | undefined>
  /** Oldest first. */
  findLast(kind: Fact['kind'], limit: number): Promise<readonly LogEntry[]>
  /** 0 where there is no entry. */
  findLastSeq(): Promise<number>
}

export function openLog(db: Connection): Log {
  // Whoever numbers entries holds this row until the commit, so that numbers become visible in their order and a reader
  // that has come to one has missed none below it (docs/decisions/0039). An identity column gives numbers before they can
  // be seen; readers that wait for pg_snapshot_xmin would wait for every long transaction beside ours, and on PostgreSQL
  // alone. The row is locked, not written, so that it leaves no dead versions behind.
  const lock = db.prepare<[], never>(`
    select
      id
    from
      log_lock
    for update`)

  const append = db.prepare<LogColumns, { seq: number }>(`
    with
      last as (
        select
          coalesce(max(seq), 0) as seq
        from
          log
      ),
      appended as (
        insert into
          log (seq, team_id, user_id, types, at, body, kind)
        select
          last.seq + e.place,
          e.team_id,
          e.user_id,
          e.types,
          e.at,
          e.body,
          e.kind
        from
          last,
          unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])
            with ordinality as e (team_id, user_id, types, at, body, kind, place)
        returning
          seq
      )
    select
      max(seq) as seq
    from
      appended`)

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
      seq > $1
    order by
      seq
    limit
      $2`)

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
      seq = $1`)

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
      $1`)

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
      and kind = $1
    order by
      seq desc
    limit
      $2`)

  const findLastSeq = db.prepare<[], { seq: number }>(`
    select
      seq
    from
      log
    order by
      seq desc
    limit
      1`)

  const appendRows = async (rows: readonly NewLogRow[]) => (await append.get(...toColumns(rows)))?.seq ?? 0

  return {
    lock: async () => {
      await lock.run()
    },
    append: (writes) => appendRows(writes.flatMap(toRows)),
    appendFact: (teamId, at, fact) => appendRows([toFactRow(teamId, at, fact)]),
    read: async (after, limit) => (await read.all(after, limit)).map(fromRow),
    find: async (seq) => {
      const row = await find.get(seq)
      return row === undefined ? undefined : fromRow(row)
    },
    findLast: async (kind, limit) => {
      const rows = kind === 'user' ? await findLastUsers.all(limit) : await findLastOthers.all(kind, limit)
      return rows.toReversed().map(fromRow)
    },
    findLastSeq: async () => (await findLastSeq.get())?.seq ?? 0,
  }
}

type LogColumns = [
  teamIds: readonly TeamId[],
  userIds: readonly UserId[],
  types: readonly string[],
  ats: readonly number[],
  bodies: readonly string[],
  kinds: readonly string[],
]

type NewLogRow = Omit<LogRow, 'seq'> & { readonly user_id: UserId }

/** The entry of the user comes first, then those of the facts. */
function toRows({ after, at, body, events, facts }: Write): NewLogRow[] {
  const told = facts.map((fact) => toFactRow(after.teamId, at, fact))
  if (events.length === 0) return told
  return [{ team_id: after.teamId, user_id: after.id, types: events.join(' '), at, body, kind: 'user' }, ...told]
}

function toFactRow(teamId: TeamId, at: number, { fact, body }: EncodedFact): NewLogRow {
  return { team_id: teamId, user_id: fact.userId, types: '', at, body, kind: fact.kind }
}

function toColumns(rows: readonly NewLogRow[]): LogColumns {
  return [
    rows.map(({ team_id }) => team_id),
    rows.map(({ user_id }) => user_id),
    rows.map(({ types }) => types),
    rows.map(({ at }) => at),
    rows.map(({ body }) => body),
    rows.map(({ kind }) => kind),
  ]
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
