import { parseTeamId } from '../domain/ids.ts'
import type { Team } from '../domain/team.ts'
import type { Store } from '../storage/store.ts'

/** How many teams a message names. */
const NAMED_MAX = 20

/** The team that was named, or the only one; else a sentence that says which there are. */
export async function findTeam(store: Store, wanted: string | null): Promise<Team | string> {
  const teamId = wanted === null ? undefined : parseTeamId(wanted)
  const found = teamId && (await store.findTeam(teamId))
  if (found) return found
  const teams = await store.findTeams(null, NAMED_MAX + 1)
  const ids = teams.slice(0, NAMED_MAX).map(({ id }) => id)
  const names = [...ids, ...(teams.length > NAMED_MAX ? ['…'] : [])].join(', ')
  if (wanted !== null) return `There is no team ${wanted}; there is ${names || 'none'}.`
  const [only, ...others] = teams
  const count = teams.length > NAMED_MAX ? 'many' : teams.length
  return only && others.length === 0 ? only : `There are ${count} teams (${names}); say which with --team.`
}
