import type { EventType, Fact, LogEntry } from '../domain/event.ts'
import type { TeamId } from '../domain/ids.ts'

/** An entry as both engines keep it. */
export interface LogRow {
  readonly seq: number
  readonly team_id: TeamId
  readonly kind: Fact['kind']
  readonly types: string
  readonly at: number
  readonly body: string
}

export function fromRow({ seq, team_id: teamId, kind, types, at, body }: LogRow): LogEntry {
  if (kind !== 'user') return { ...JSON.parse(body), seq, teamId, at }
  return { kind, types: types.split(' ') as EventType[], user: JSON.parse(body), seq, teamId, at }
}
