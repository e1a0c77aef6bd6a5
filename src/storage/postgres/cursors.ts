import type { TeamId } from '../../domain/ids.ts'
import type { Place } from '../trimming.ts'
import type { Connection } from './connection.ts'

export interface Cursors {
  /** How far each reader of a team's log has come. */
  findOfTeam(teamId: TeamId): Promise<readonly Place[]>
  find(teamId: TeamId, reader: string): Promise<number | undefined>
  save(teamId: TeamId, reader: string, seq: number): Promise<void>
  /** Where they have no place yet, they have it at the end of the log. */
  begin(teamId: TeamId, readers: readonly string[]): Promise<void>
}

export function openCursors(db: Connection): Cursors {
  const find = db.prepare<[TeamId, reader: string], { seq: number }>(`
    select
      seq
    from
      cursors
    where
      team_id = $1
      and reader = $2`)

  const findOfTeam = db.prepare<[TeamId], Place>(`
    select
      reader,
      seq
    from
      cursors
    where
      team_id = $1`)

  const save = db.prepare<[TeamId, reader: string, seq: number], never>(`
    insert into
      cursors (team_id, reader, seq)
    values
      ($1, $2, $3)
    on conflict (team_id, reader) do update
    set
      seq = excluded.seq`)

  const begin = db.prepare<[TeamId, readers: readonly string[]], never>(`
    insert into
      cursors (team_id, reader, seq)
    select
      $1,
      reader,
      coalesce((select last_seq from log_heads where team_id = $1), 0)
    from
      unnest($2::text[]) as r (reader)
    on conflict (team_id, reader) do nothing`)

  return {
    findOfTeam: (teamId) => findOfTeam.all(teamId),
    find: async (teamId, reader) => (await find.get(teamId, reader))?.seq,
    save: async (teamId, reader, seq) => {
      await save.run(teamId, reader, seq)
    },
    begin: async (teamId, readers) => {
      await begin.run(teamId, readers)
    },
  }
}
