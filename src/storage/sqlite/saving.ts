import type { TeamId, UserId } from '../../domain/ids.ts'
import { type EncodedFact, emailKeyOf, type Write } from '../deciding.ts'
import type { Log } from './log.ts'
import type { Users } from './users.ts'

/** A write as plain data, flat and small, so that it can go to another thread. */
export interface SavedWrite {
  readonly teamId: TeamId
  readonly userId: UserId
  /** What is written of the user's row. Indexes are written only where their columns are named, so most writes leave
   * them alone. */
  readonly columns: 'none' | 'unindexed' | 'all'
  readonly deleted: number
  readonly name: string
  readonly updated: number
  readonly emailLower: string | null
  readonly statusExpiration: number
  /** The user, encoded. */
  readonly body: string
  /** Joined by spaces; empty where no event tells of the user. */
  readonly types: string
  readonly facts: readonly EncodedFact[]
  /** Unix milliseconds. */
  readonly at: number
}

/** The numbers of the last entries of the logs that were written. */
export type Heads = ReadonlyMap<TeamId, number>

export function toSaved({ before, after, body, events, facts, at }: Write): SavedWrite {
  return {
    teamId: after.teamId,
    userId: after.id,
    columns: after === before ? 'none' : keepsIndexes(before, after) ? 'unindexed' : 'all',
    deleted: Number(after.deleted),
    name: after.name,
    updated: after.updated,
    emailLower: emailKeyOf(after),
    statusExpiration: after.profile.status.expiration,
    body,
    types: events.join(' '),
    facts,
    at,
  }
}

function keepsIndexes(before: Write['before'], after: Write['after']): boolean {
  return before.email === after.email && before.profile.status.expiration === after.profile.status.expiration
}

/** Writes the rows of a batch and what the log tells of them, inside of a transaction. */
export function saveAll(tables: { readonly users: Users; readonly log: Log }, writes: readonly SavedWrite[]): Heads {
  const { users, log } = tables
  const heads = new Map<TeamId, number>()
  const next = (teamId: TeamId): number => {
    const seq = (heads.get(teamId) ?? log.findLastSeq(teamId)) + 1
    heads.set(teamId, seq)
    return seq
  }
  for (const write of writes) {
    const { teamId } = write
    if (write.columns !== 'none') users.save(write)
    if (write.types !== '') log.append(next(teamId), write)
    for (const fact of write.facts) log.appendFact(teamId, next(teamId), write.at, fact)
  }
  return heads
}
