import type { Lease, Leases, WorkName } from '../leases.ts'

export interface OwnLeases extends Leases {
  /** Whether the lease is still its owner's. */
  holds(lease: Lease): boolean
}

/** One process at a time has the file, so that what it knows in memory is all there is to know. */
export function openLeases(now: () => number = () => performance.now()): OwnLeases {
  const nodes = new Map<string, { readonly validUntil: number }>()
  const leases = new Map<string, Lease>()
  const listeners = new Set<() => void>()

  const dropDead = () => {
    for (const [nodeId, { validUntil }] of nodes) if (validUntil <= now()) nodes.delete(nodeId)
  }
  const isFree = (lease: Lease | undefined, nodeId: string) =>
    lease === undefined || lease.owner === nodeId || !nodes.has(lease.owner)
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const holds = (lease: Lease) => {
    const held = leases.get(keyOf(lease))
    return held?.owner === lease.owner && held.epoch === lease.epoch
  }

  return {
    holds,
    begin: async (nodeId, validMs) => {
      if (nodes.has(nodeId)) throw new Error(`There is a node ${nodeId}.`)
      nodes.set(nodeId, { validUntil: now() + validMs })
    },
    renew: async (nodeId, validMs) => {
      dropDead()
      if (!nodes.has(nodeId)) return []
      nodes.set(nodeId, { validUntil: now() + validMs })
      return [...nodes.keys()].sort()
    },
    take: async (nodeId, works) => {
      dropDead()
      const taken = works
        .filter((work) => isFree(leases.get(keyOf(work)), nodeId))
        .map(({ teamId, name }) => {
          const epoch = (leases.get(keyOf({ teamId, name }))?.epoch ?? 0) + 1
          return { teamId, name, owner: nodeId, epoch }
        })
      for (const lease of taken) leases.set(keyOf(lease), lease)
      return taken
    },
    giveBack: async (given) => {
      for (const lease of given) if (holds(lease)) leases.set(keyOf(lease), { ...lease, owner: NOBODY })
      tell()
    },
    end: async (nodeId) => {
      nodes.delete(nodeId)
      tell()
    },
    onFreed: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** No node has this id. */
const NOBODY = ''

function keyOf({ teamId, name }: WorkName): string {
  return `${teamId}/${name}`
}
