import type { TeamId } from '../domain/ids.ts'
import type { Store } from '../storage/store.ts'

/** Where the logs of some teams end, as far as is known here. */
export interface LogEnds {
  /** Resolves to the number of the last entry. From then on `onMove` is told of every move, until the team is forgotten as
   * often as it was followed. */
  follow(teamId: TeamId): Promise<number>
  /** 0 for a team that is not followed. */
  of(teamId: TeamId): number
  forget(teamId: TeamId): void
}

/** `onMove` hears, right after a commit, that a log may have grown, or that it was set back. */
export function createLogEnds(store: Store, onMove: (teamId: TeamId, isBack: boolean) => void): LogEnds {
  const ends = new Map<TeamId, LogEnd>()

  function begin(teamId: TeamId): LogEnd {
    const stop = store.follow(teamId, (lastSeq) => {
      const isBack = lastSeq < end.seq
      end.seq = lastSeq
      onMove(teamId, isBack)
    })
    const known = store.findLastSeq(teamId).then((lastSeq) => {
      end.seq = Math.max(end.seq, lastSeq)
    })
    const end: LogEnd = { seq: 0, followers: 0, stop, known }
    ends.set(teamId, end)
    return end
  }

  function forget(teamId: TeamId): void {
    const end = ends.get(teamId)
    if (end === undefined) return
    end.followers -= 1
    if (end.followers > 0) return
    end.stop()
    ends.delete(teamId)
  }

  return {
    async follow(teamId) {
      const end = ends.get(teamId) ?? begin(teamId)
      end.followers += 1
      try {
        await end.known
      } catch (error) {
        forget(teamId)
        throw error
      }
      return end.seq
    },
    of: (teamId) => ends.get(teamId)?.seq ?? 0,
    forget,
  }
}

interface LogEnd {
  seq: number
  followers: number
  readonly stop: () => void
  readonly known: Promise<unknown>
}
