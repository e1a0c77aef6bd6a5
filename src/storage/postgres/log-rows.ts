import type { TeamId, UserId } from '../../domain/ids.ts'
import type { EncodedFact, Write } from '../deciding.ts'
import type { LogRow } from '../log-row.ts'

export type HeadColumns = [teamIds: readonly TeamId[], counts: readonly number[]]

export type LogColumns = [
  teamIds: readonly TeamId[],
  following: readonly number[],
  userIds: readonly UserId[],
  types: readonly string[],
  ats: readonly number[],
  bodies: readonly string[],
  kinds: readonly string[],
]

export type MailColumns = [
  teamIds: readonly TeamId[],
  following: readonly number[],
  kinds: readonly string[],
  ats: readonly number[],
]

export type NewLogRow = Omit<LogRow, 'seq'> & { readonly user_id: UserId }

/** An entry, and how many of its team follow it in the batch. */
export type CountedRow = NewLogRow & { readonly following: number }

export interface Head {
  readonly team_id: TeamId
  readonly last_seq: number
}

/** The entry of the user comes first, then those of the facts. */
export function toRows({ after, at, body, events, facts }: Write): NewLogRow[] {
  const told = facts.map((fact) => toFactRow(after.teamId, at, fact))
  if (events.length === 0) return told
  return [{ team_id: after.teamId, user_id: after.id, types: events.join(' '), at, body, kind: 'user' }, ...told]
}

export function toFactRow(teamId: TeamId, at: number, { fact, body }: EncodedFact): NewLogRow {
  return { team_id: teamId, user_id: fact.userId, types: '', at, body, kind: fact.kind }
}

export function countFollowing(rows: readonly NewLogRow[]): readonly CountedRow[] {
  const counts = new Map<TeamId, number>()
  return rows
    .toReversed()
    .map((row) => {
      const following = counts.get(row.team_id) ?? 0
      counts.set(row.team_id, following + 1)
      return { ...row, following }
    })
    .reverse()
}

export function toHeadColumns(rows: readonly CountedRow[]): HeadColumns {
  const counts = new Map<TeamId, number>()
  for (const { team_id, following } of rows) counts.set(team_id, Math.max(counts.get(team_id) ?? 0, following + 1))
  const teamIds = [...counts.keys()].sort()
  return [teamIds, teamIds.map((teamId) => counts.get(teamId) ?? 0)]
}

export function toColumns(rows: readonly CountedRow[]): LogColumns {
  return [
    rows.map(({ team_id }) => team_id),
    rows.map(({ following }) => following),
    rows.map(({ user_id }) => user_id),
    rows.map(({ types }) => types),
    rows.map(({ at }) => at),
    rows.map(({ body }) => body),
    rows.map(({ kind }) => kind),
  ]
}

export function toMailColumns(rows: readonly CountedRow[]): MailColumns {
  return [
    rows.map(({ team_id }) => team_id),
    rows.map(({ following }) => following),
    rows.map(({ kind }) => kind),
    rows.map(({ at }) => at),
  ]
}

export function toMap(heads: readonly Head[]): ReadonlyMap<TeamId, number> {
  return new Map(heads.map(({ team_id, last_seq }) => [team_id, last_seq]))
}
