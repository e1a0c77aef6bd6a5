import type { TeamId } from '../../domain/ids.ts'
import type { Place } from '../trimming.ts'
import type { Connection } from './connection.ts'

export interface Cursors {
  /** How far each reader of a team's log has come. */
  findOfTeam(teamId: TeamId): readonly Place[]
  find(teamId: TeamId, reader: string): number | undefined
  save(teamId: TeamId, reader: string, seq: number): void
}

export function openCursors(db: Connection): Cursors {
  const find = db.prepare<[TeamId, reader: string], { seq: number }>(`
    select
      seq
    from
      cursors
    where
      team_id = ?
      and reader = ?`)

  const findOfTeam = db.prepare<[TeamId], Place>(`
    select
      reader,
      seq
    from
      cursors
    where
      team_id = ?`)

  const save = db.prepare<[TeamId, reader: string, seq: number]>(`
    insert into
      cursors (team_id, reader, seq)
    values
      (?, ?, ?)
    on conflict (team_id, reader) do update
    set
      seq = excluded.seq`)

  return {
    findOfTeam: (teamId) => findOfTeam.all(teamId),
    find: (teamId, reader) => find.get(teamId, reader)?.seq,
    save: (teamId, reader, seq) => {
      save.run(teamId, reader, seq)
    },
  }
}
