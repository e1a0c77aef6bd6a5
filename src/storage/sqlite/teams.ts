import type { TeamId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { Connection } from './connection.ts'

export interface Teams {
  find(teamId: TeamId): Team | undefined
  /** After the empty id: from the first on. */
  findAfter(after: TeamId | '', limit: number): readonly Team[]
  findAfterWithApps(after: TeamId | '', limit: number): readonly Team[]
  add(team: Team): void
  /** False where there is no such team. */
  save(team: Team): boolean
}

export function openTeams(db: Connection): Teams {
  const find = db.prepare<[TeamId], TeamRow>(`
    select
      body
    from
      teams
    where
      team_id = ?`)

  const findAfter = db.prepare<[after: TeamId | '', limit: number], TeamRow>(`
    select
      body
    from
      teams
    where
      team_id > ?
    order by
      team_id
    limit
      ?`)

  const findAfterWithApps = db.prepare<[after: TeamId | '', limit: number], TeamRow>(`
    select
      body
    from
      teams
    where
      app_count > 0
      and team_id > ?
    order by
      team_id
    limit
      ?`)

  const add = db.prepare<[body: string, appCount: number, TeamId]>(`
    insert into
      teams (body, app_count, team_id)
    values
      (?, ?, ?)`)

  const save = db.prepare<[body: string, appCount: number, TeamId]>(`
    update
      teams
    set
      body = ?,
      app_count = ?
    where
      team_id = ?`)

  return {
    find: (teamId) => {
      const row = find.get(teamId)
      return row === undefined ? undefined : fromRow(row)
    },
    findAfter: (after, limit) => findAfter.all(after, limit).map(fromRow),
    findAfterWithApps: (after, limit) => findAfterWithApps.all(after, limit).map(fromRow),
    add: (team) => {
      add.run(toBody(team), team.apps.size, team.id)
    },
    save: (team) => save.run(toBody(team), team.apps.size, team.id).changes === 1,
  }
}

interface TeamRow {
  readonly body: string
}

function toBody(team: Team): string {
  return JSON.stringify({ ...team, fields: [...team.fields], emoji: [...team.emoji], apps: [...team.apps] })
}

function fromRow({ body }: TeamRow): Team {
  const team = JSON.parse(body)
  return { ...team, fields: new Map(team.fields), emoji: new Map(team.emoji), apps: new Map(team.apps) }
}
