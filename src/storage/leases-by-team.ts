import type { Lease, Leases, WorkName } from './leases.ts'

/** The same leases for databases that shard by team: what one statement changes belongs to one team. */
export function leasesByTeam(leases: Leases): Leases {
  return {
    ...leases,
    take: async (nodeId, works) => {
      const taken: Lease[] = []
      for (const some of byTeam(works)) taken.push(...(await leases.take(nodeId, some)))
      return taken
    },
    giveBack: async (given) => {
      for (const some of byTeam(given)) await leases.giveBack(some)
    },
  }
}

function byTeam<Work extends WorkName>(works: readonly Work[]): Iterable<readonly Work[]> {
  return Map.groupBy(works, ({ teamId }) => teamId).values()
}
