import type { TeamId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { Connection } from './connection.ts'

export interface Teams {
  find(teamId: TeamId): Team | undefined
  findAll(): readonly Team[]
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

  const findAll = db.prepare<[], TeamRow>(`
    select
      body
    from
      teams
    order by
      team_id`)

  const add = db.prepare<[body: string, TeamId]>(`
    insert into
      teams (body, team_id)
    values
      (?, ?)`)

  const save = db.prepare<[body: string, TeamId]>(`
    update
      teams
    set
      body = ?
    where
      team_id = ?`)

  return {
    find: (teamId) => {
      const row = find.get(teamId)
      return row === undefined ? undefined : fromRow(row)
    },
    findAll: () => findAll.all().map(fromRow),
    add: (team) => {
      add.run(toBody(team), team.id)
    },
    save: (team) => save.run(toBody(team), team.id).changes === 1,
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
