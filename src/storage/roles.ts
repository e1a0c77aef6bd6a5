import type { Store } from './store.ts'

/** The port, cut by what its methods are for. Each role is a file of every engine. */
export type Reading = Pick<
  Store,
  | 'findGrant'
  | 'findAccess'
  | 'getTeam'
  | 'findTeam'
  | 'findTeams'
  | 'findTeamsWithApps'
  | 'findUser'
  | 'findUsers'
  | 'hasUserToken'
  | 'hasTokens'
  | 'findTokens'
  | 'findTokensOfApp'
  | 'findTokensOfUser'
  | 'readLog'
  | 'findEntry'
  | 'findLast'
  | 'findExpiring'
  | 'findNextExpiration'
  | 'findNote'
>

/** What operators do: rare, alone, and in its place between the batches. */
export type Administration = Pick<
  Store,
  'addTeam' | 'saveTeam' | 'changeTeam' | 'addToken' | 'revokeToken' | 'putNote' | 'takeSnapshot' | 'restoreSnapshot'
>

/** How far the readers of the logs have come. */
export type ProgressKeeping = Pick<
  Store,
  | 'findCursor'
  | 'beginReaders'
  | 'saveProgress'
  | 'findUndelivered'
  | 'findUndeliveredById'
  | 'claimDue'
  | 'findNextDue'
  | 'trimLog'
  | 'countUndelivered'
>

export type Listening = Pick<Store, 'findLastSeq' | 'onCommit' | 'follow' | 'onBatch'>

/** What a store is beside what it holds. */
export type Operation = Pick<Store, 'stats' | 'ping' | 'close'>
