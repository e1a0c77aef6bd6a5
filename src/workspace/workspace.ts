import type { Grant } from '../domain/grant.ts'
import type { Team } from '../domain/team.ts'
import type { User } from '../domain/user.ts'

/** One team as a workspace file describes it. */
export interface Workspace {
  readonly team: Team
  readonly users: readonly User[]
  readonly tokens: readonly TokenOfFile[]
}

export interface TokenOfFile {
  readonly token: string
  readonly grant: Grant
}
