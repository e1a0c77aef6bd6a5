import type { Connection } from './connection.ts'
import { type Cursors, openCursors } from './cursors.ts'
import { type Log, openLog } from './log.ts'
import { type Notes, openNotes } from './notes.ts'
import { openTeams, type Teams } from './teams.ts'
import { openTokenTeams, type TokenTeams } from './token-teams.ts'
import { openTokens, type Tokens } from './tokens.ts'
import { openUndelivered, type UndeliveredRows } from './undelivered.ts'
import { openUsers, type Users } from './users.ts'

export interface Tables {
  readonly teams: Teams
  readonly users: Users
  readonly tokens: Tokens
  readonly tokenTeams: TokenTeams
  readonly log: Log
  readonly cursors: Cursors
  readonly undelivered: UndeliveredRows
  readonly notes: Notes
}

export function openTables(db: Connection): Tables {
  return {
    teams: openTeams(db),
    users: openUsers(db),
    tokens: openTokens(db),
    tokenTeams: openTokenTeams(db),
    log: openLog(db),
    cursors: openCursors(db),
    undelivered: openUndelivered(db),
    notes: openNotes(db),
  }
}
