export interface Tickets {
  /** False where too many are kept. */
  save(digest: string, sealed: string, lifeMs: number): boolean
  take(digest: string): string | undefined
}

/** In memory: a process that starts anew has no connections to let in. */
export function openTickets(ticketsMax: number): Tickets {
  const kept = new Map<string, { readonly sealed: string; readonly validUntil: number }>()

  const dropOld = () => {
    for (const [digest, { validUntil }] of kept) if (validUntil <= performance.now()) kept.delete(digest)
  }

  return {
    save: (digest, sealed, lifeMs) => {
      dropOld()
      if (kept.size >= ticketsMax) return false
      kept.set(digest, { sealed, validUntil: performance.now() + lifeMs })
      return true
    },
    take: (digest) => {
      dropOld()
      const taken = kept.get(digest)
      kept.delete(digest)
      return taken?.sealed
    },
  }
}
