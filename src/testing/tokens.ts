import { storeNewToken } from '../cli/token-requests.ts'
import type { TokenKind } from '../domain/grant.ts'
import type { Team } from '../domain/team.ts'
import type { User } from '../domain/user.ts'
import { METHODS } from '../methods/index.ts'
import type { Store } from '../storage/store.ts'
import type { Workspace } from '../workspace/workspace.ts'

export interface TokenWanted {
  /** `user` unless said, or `bot` for a bot user. */
  readonly kind?: TokenKind
  /** All that any method asks for, unless said. */
  readonly scopes?: readonly string[]
  /** Id of the app it belongs to: the team's first unless said; `null`: none. */
  readonly app?: string | null
  /** After so many seconds of the server's clock it is `token_expired`. */
  readonly expiresInSeconds?: number
}

/** People and their tokens, by user name or id. */
export interface People {
  idOf(who: string): string
  token(who: string): string
  newToken(who: string, wanted?: TokenWanted): Promise<string>
}

const ALL_SCOPES: readonly string[] = [...new Set(METHODS.flatMap(({ scopes }): readonly string[] => scopes))]

export function createPeople(
  workspaces: readonly Workspace[],
  around: { readonly store: Store; readonly clock: { now(): number } },
): People {
  return {
    idOf: (who) => find(workspaces, who).user.id,

    token(who) {
      const { user, tokens } = find(workspaces, who)
      const own = tokens.find(({ grant }) => grant.userId === user.id)
      if (own === undefined) throw new Error(`The workspace has no token for ${who}: make one with newToken.`)
      return own.token
    },

    async newToken(who, wanted = {}) {
      const { user, team } = find(workspaces, who)
      const { kind = user.role === 'bot' ? 'bot' : 'user', scopes = ALL_SCOPES, expiresInSeconds = null } = wanted
      const appId = appOf(team, wanted.app)
      const { token } = await storeNewToken(around, { team, userId: user.id, appId, kind, scopes, expiresInSeconds })
      return token
    },
  }
}

function find(workspaces: readonly Workspace[], who: string): Workspace & { readonly user: User } {
  for (const workspace of workspaces) {
    const user = workspace.users.find(({ id, name }) => id === who || name === who)
    if (user !== undefined) return { ...workspace, user }
  }
  const names = workspaces.flatMap(({ users }) => users.slice(0, NAMES_SHOWN_MAX).map(({ name }) => name))
  throw new Error(`Nobody is called ${who}. There are: ${names.join(', ')}.`)
}

const NAMES_SHOWN_MAX = 20

function appOf({ apps, name }: Team, wanted: string | null | undefined) {
  if (wanted === null) return null
  const [first] = apps.values()
  const app = wanted === undefined ? first : [...apps.values()].find(({ id }) => id === wanted)
  if (wanted !== undefined && app === undefined) throw new Error(`${name} has no app ${wanted}.`)
  return app?.id ?? null
}
