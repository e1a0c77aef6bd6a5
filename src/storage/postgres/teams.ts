import type { TeamId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { Connection } from './connection.ts'

export interface Teams {
  /** The bodies of teams whose version is the known one are left out. */
  find(known: readonly Known[]): Promise<readonly Found[]>
  findAll(): Promise<readonly Team[]>
  add(team: Team): Promise<void>
  /** False where there is no such team. */
  save(team: Team): Promise<boolean>
}

export interface Known {
  readonly teamId: TeamId
  readonly version: number
}

/** The version that no team has. */
export const UNKNOWN = 0

/** A time, so that what another process has kept is not taken for what came later, though all was restored between. */
const VERSION = '(extract(epoch from clock_timestamp()) * 1000000)::bigint'

export interface Found extends Known {
  /** Absent: as known. */
  readonly team?: Team
}

export function openTeams(db: Connection): Teams {
  const find = db.prepare<[teamIds: readonly TeamId[], versions: readonly number[]], FoundRow>(`
    select
      t.team_id,
      t.version,
      case when t.version <> k.version then t.body end as body
    from
      unnest($1::text[], $2::bigint[]) as k (team_id, version)
      join teams t on t.team_id = k.team_id`)

  const findAll = db.prepare<[], TeamRow>(`
    select
      body
    from
      teams
    order by
      team_id`)

  const add = db.prepare<[body: string, TeamId], never>(`
    insert into
      teams (body, team_id, version)
    values
      ($1, $2, ${VERSION})`)

  const save = db.prepare<[body: string, TeamId], never>(`
    update
      teams
    set
      body = $1,
      version = ${VERSION}
    where
      team_id = $2`)

  return {
    find: async (known) => {
      const rows = await find.all(
        known.map(({ teamId }) => teamId),
        known.map(({ version }) => version),
      )
      return rows.map(({ team_id: teamId, version, body }) =>
        body === null ? { teamId, version } : { teamId, version, team: fromRow({ body }) },
      )
    },
    findAll: async () => (await findAll.all()).map(fromRow),
    add: async (team) => {
      await add.run(toBody(team), team.id)
    },
    save: async (team) => (await save.run(toBody(team), team.id)).changes === 1,
  }
}

interface TeamRow {
  readonly body: string
}

interface FoundRow {
  readonly team_id: TeamId
  readonly version: number
  readonly body: string | null
}

function toBody(team: Team): string {
  return JSON.stringify({ ...team, fields: [...team.fields], emoji: [...team.emoji], apps: [...team.apps] })
}

function fromRow({ body }: TeamRow): Team {
  const team = JSON.parse(body)
  return { ...team, fields: new Map(team.fields), emoji: new Map(team.emoji), apps: new Map(team.apps) }
}
