import * as start from './migrations/0001-teams-users-tokens-log.ts'

export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
}

/** In order. A migration that has been released is never edited. */
export const MIGRATIONS: readonly Migration[] = [{ number: 1, name: 'teams-users-tokens-log', ...start }]
