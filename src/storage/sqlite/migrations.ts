import * as start from './migrations/0001-teams-users-tokens-log.ts'
import * as factsAndReaders from './migrations/0002-facts-readers.ts'
import * as notes from './migrations/0003-notes.ts'
import * as logPerTeam from './migrations/0004-log-per-team.ts'
import * as leasesAndTickets from './migrations/0005-leases-tickets.ts'
import * as limits from './migrations/0006-limits.ts'
import * as tokensOfApps from './migrations/0007-tokens-of-apps.ts'

export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
}

/** In order. A migration that has been released is never edited. */
export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: 'teams-users-tokens-log', ...start },
  { number: 2, name: 'facts-readers', ...factsAndReaders },
  { number: 3, name: 'notes', ...notes },
  { number: 4, name: 'log-per-team', ...logPerTeam },
  { number: 5, name: 'leases-tickets', ...leasesAndTickets },
  { number: 6, name: 'limits', ...limits },
  { number: 7, name: 'tokens-of-apps', ...tokensOfApps },
]
