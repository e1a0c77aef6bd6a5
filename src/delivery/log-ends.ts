import type { TeamId } from '../domain/ids.ts'
import type { Store } from '../storage/store.ts'

/** Where the logs of some teams end, as far as is known here. */
export interface LogEnds {
  /** Resolves to the number of the last entry. From then on `onMove` is told of every move. */
  follow(teamId: TeamId): Promise<number>
  /** 0 for a team that is not followed. */
  of(teamId: TeamId): number
  forget(teamId: TeamId): void
  clear(): void
}

/** `onMove` hears, right after a commit, that a log may have grown, or that it was set back. */
export function createLogEnds(store: Store, onMove: (teamId: TeamId, isBack: boolean) => void): LogEnds {
  const ends = new Map<TeamId, { seq: number; readonly stop: () => void; readonly known: Promise<unknown> }>()

  function follow(teamId: TeamId): Promise<unknown> {
    const stop = store.follow(teamId, (lastSeq) => {
      const isBack = lastSeq < end.seq
      end.seq = lastSeq
      onMove(teamId, isBack)
    })
    const known = store.findLastSeq(teamId).then((lastSeq) => {
      end.seq = Math.max(end.seq, lastSeq)
    })
    const end = { seq: 0, stop, known }
    ends.set(teamId, end)
    known.catch(() => ends.get(teamId) === end && forget(teamId))
    return known
  }

  function forget(teamId: TeamId): void {
    ends.get(teamId)?.stop()
    ends.delete(teamId)
  }

  return {
    async follow(teamId) {
      await (ends.get(teamId)?.known ?? follow(teamId))
      return ends.get(teamId)?.seq ?? 0
    },
    of: (teamId) => ends.get(teamId)?.seq ?? 0,
    forget,
    clear() {
      for (const teamId of [...ends.keys()]) forget(teamId)
    },
  }
}
