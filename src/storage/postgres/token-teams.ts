import type { TeamId } from '../../domain/ids.ts'
import type { Connection } from './connection.ts'

/** Which team a token is good in: what has to be known before anything else of a token can be found. A row is never
 * changed, and one without its token does no harm. */
export interface TokenTeams {
  /** By digest. */
  find(digests: readonly string[]): Promise<ReadonlyMap<string, TeamId>>
  /** The team of the digest afterwards: the given one, or that of an earlier token. */
  add(digest: string, teamId: TeamId): Promise<TeamId>
}

export function openTokenTeams(db: Connection): TokenTeams {
  const find = db.prepare<[digests: readonly string[]], TokenTeamRow>(`
    select
      digest,
      team_id
    from
      token_teams
    where
      digest = any($1::text[])`)

  const add = db.prepare<[digest: string, TeamId], never>(`
    insert into
      token_teams (digest, team_id)
    values
      ($1, $2)
    on conflict (digest) do nothing`)

  const findAll = async (digests: readonly string[]) =>
    new Map((await find.all(digests)).map(({ digest, team_id }) => [digest, team_id]))

  return {
    find: findAll,
    add: async (digest, teamId) => {
      await add.run(digest, teamId)
      return (await findAll([digest])).get(digest) ?? teamId
    },
  }
}

interface TokenTeamRow {
  readonly digest: string
  readonly team_id: TeamId
}
