import * as start from './migrations/0001-teams-users-tokens-log.ts'
import * as factsAndReaders from './migrations/0002-facts-readers.ts'
import * as notes from './migrations/0003-notes.ts'

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
]
