import type { TeamId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { Connection } from './connection.ts'

export interface Teams {
  /** The bodies of teams whose version is the known one are left out. */
  find(known: readonly Known[]): Promise<readonly Found[]>
  /** Finds a team and keeps other writers away from it until the transaction ends. */
  lock(teamId: TeamId): Promise<Team | undefined>
  /** After the empty id: from the first on. */
  findAfter(after: TeamId | '', limit: number): Promise<readonly Team[]>
  findAfterWithApps(after: TeamId | '', limit: number): Promise<readonly Team[]>
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

  const lock = db.prepare<[TeamId], TeamRow>(`
    select
      body
    from
      teams
    where
      team_id = $1
    for update`)

  const findAfter = db.prepare<[after: TeamId | '', limit: number], TeamRow>(`
    select
      body
    from
      teams
    where
      team_id > $1
    order by
      team_id
    limit
      $2`)

  const findAfterWithApps = db.prepare<[after: TeamId | '', limit: number], TeamRow>(`
    select
      body
    from
      teams
    where
      app_count > 0
      and team_id > $1
    order by
      team_id
    limit
      $2`)

  const add = db.prepare<[body: string, appCount: number, TeamId], never>(`
    insert into
      teams (body, app_count, team_id, version)
    values
      ($1, $2, $3, ${VERSION})`)

  const save = db.prepare<[body: string, appCount: number, TeamId], never>(`
    update
      teams
    set
      body = $1,
      app_count = $2,
      version = ${VERSION}
    where
      team_id = $3`)

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
    lock: async (teamId) => {
      const row = await lock.get(teamId)
      return row === undefined ? undefined : fromRow(row)
    },
    findAfter: async (after, limit) => (await findAfter.all(after, limit)).map(fromRow),
    findAfterWithApps: async (after, limit) => (await findAfterWithApps.all(after, limit)).map(fromRow),
    add: async (team) => {
      await add.run(toBody(team), team.apps.size, team.id)
    },
    save: async (team) => (await save.run(toBody(team), team.apps.size, team.id)).changes === 1,
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
