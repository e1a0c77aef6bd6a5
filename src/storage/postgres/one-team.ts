import type { TeamId } from '../../domain/ids.ts'

/** The team of all of them; nothing where they are of several. A statement that names one team and a list of ids reads
 * the index for them, where one that joins lists of both may read the whole table; and a database that shards by team can
 * tell from it which shard to ask. */
export function oneTeamOf([teamId, ...others]: readonly TeamId[]): TeamId | undefined {
  return others.every((other) => other === teamId) ? teamId : undefined
}
