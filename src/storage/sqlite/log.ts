import type { EventType, LogEntry } from '../../domain/event.ts'
import type { TeamId, UserId } from '../../domain/ids.ts'
import type { Write } from '../deciding.ts'
import type { Connection } from './connection.ts'

export interface Log {
  append(write: Write): void
  read(after: number, limit: number): readonly LogEntry[]
}

export function openLog(db: Connection): Log {
  const append = db.prepare<[TeamId, UserId, types: string, at: number, body: string]>(`
    insert into
      log (team_id, user_id, types, at, body)
    values
      (?, ?, ?, ?, ?)`)

  const read = db.prepare<[after: number, limit: number], LogRow>(`
    select
      seq,
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

  return {
    append: ({ after, body, events }) => {
      append.run(after.teamId, after.id, events.join(' '), after.updated * 1000, body)
    },
    read: (after, limit) => read.all(after, limit).map(fromRow),
  }
}

interface LogRow {
  readonly seq: number
  readonly types: string
  readonly at: number
  readonly body: string
}

function fromRow({ seq, types, at, body }: LogRow): LogEntry {
  return { seq, types: types.split(' ') as EventType[], user: JSON.parse(body), at }
}
