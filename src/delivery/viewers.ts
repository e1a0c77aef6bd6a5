import type { Clock } from '../clock.ts'
import type { Grant } from '../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../domain/ids.ts'
import type { Store } from '../storage/store.ts'

/** Through whose eyes an app, or a connection, sees the log. */
export interface Viewer {
  /** Its scopes decide what is told, and it is named in the envelope. */
  readonly grant: Grant
  /** Whether the person has authorised the app. */
  readonly isAppUser: (userId: UserId) => boolean
  /** Whether messages to the person are told. */
  readonly readsMessagesOf: (userId: UserId) => boolean
}

/** The viewers of apps, from their tokens. */
export interface Viewers {
  /** Nobody, where the app has no token that works. */
  find(teamId: TeamId, appId: AppId): Promise<Viewer | undefined>
  /** The team's tokens have changed; told or not, they are read again after some seconds. */
  forget(teamId: TeamId): void
  clear(): void
}

const AGE_MS_MAX = 3000
/** Reading the tokens of a team takes at most this part of the time. */
const READING_SHARE = 1 / 50
const TEAMS_MAX = 1000
const PAGE_TOKENS = 1000

/** A viewer for one connection: its token sees what its person sees. */
export function viewerOf(grant: Grant): Viewer {
  const isOwn = (userId: UserId) => userId === grant.userId
  return { grant, isAppUser: isOwn, readsMessagesOf: isOwn }
}

export function createViewers({ store, clock }: { readonly store: Store; readonly clock: Clock }): Viewers {
  const teams = new Map<TeamId, TeamTokens>()

  function tokensOf(teamId: TeamId): TeamTokens {
    const known = teams.get(teamId)
    if (known !== undefined && performance.now() < known.staleAt) return known
    const tokens = readTokens(store, teamId)
    teams.delete(teamId)
    teams.set(teamId, tokens)
    tokens.byApp.catch(() => teams.get(teamId) === tokens && teams.delete(teamId))
    const [oldest] = teams.keys()
    if (teams.size > TEAMS_MAX && oldest !== undefined) teams.delete(oldest)
    return tokens
  }

  return {
    async find(teamId, appId) {
      const tokens = (await tokensOf(teamId).byApp).get(appId)
      if (tokens === undefined) return undefined
      const isLive = ({ expiresAt }: Grant) => expiresAt === 0 || expiresAt * 1000 > clock.now()
      for (const grant of tokens.candidates) {
        if (isLive(grant) && (await isActive(store, grant))) return viewerFor(grant, tokens, isLive)
      }
      return undefined
    },
    forget(teamId) {
      teams.delete(teamId)
    },
    clear() {
      teams.clear()
    },
  }
}

/** Those of a team's tokens that were not revoked. */
interface TeamTokens {
  readonly byApp: Promise<ReadonlyMap<AppId, AppTokens>>
  /** In the time of `performance.now()`: the clock of the server may stand still. */
  staleAt: number
}

interface AppTokens {
  /** In the order in which they are asked to decide. */
  readonly candidates: Grant[]
  readonly byUser: Map<UserId, Grant[]>
}

function readTokens(store: Store, teamId: TeamId): TeamTokens {
  const startedAt = performance.now()
  const byApp = findAllTokens(store, teamId).then((grants) => {
    tokens.staleAt = performance.now() + Math.max(AGE_MS_MAX, (performance.now() - startedAt) / READING_SHARE)
    return groupByApp(grants)
  })
  const tokens: TeamTokens = { byApp, staleAt: Number.POSITIVE_INFINITY }
  return tokens
}

async function findAllTokens(store: Store, teamId: TeamId): Promise<readonly Grant[]> {
  const grants: Grant[] = []
  for (;;) {
    const page = await store.findTokens(teamId, grants.at(-1)?.tokenId ?? null, PAGE_TOKENS)
    grants.push(...page)
    if (page.length < PAGE_TOKENS) return grants
  }
}

function groupByApp(grants: readonly Grant[]): Map<AppId, AppTokens> {
  const byApp = new Map<AppId, AppTokens>()
  for (const grant of grants) {
    if (grant.appId === null || grant.revoked || !(grant.kind === 'bot' || grant.kind === 'user')) continue
    const tokens: AppTokens = byApp.get(grant.appId) ?? { candidates: [], byUser: new Map() }
    byApp.set(grant.appId, tokens)
    tokens.candidates.push(grant)
    if (grant.kind === 'user') tokens.byUser.set(grant.userId, [...(tokens.byUser.get(grant.userId) ?? []), grant])
  }
  for (const { candidates } of byApp.values()) candidates.sort(firstDeciding)
  return byApp
}

/** A token that may read users before one that may not, then the bot's before those of people, then the oldest: Slack
 * tells an app of what any of its installations may see. Which decides is ours: docs/decisions/0041. */
function firstDeciding(one: Grant, other: Grant): number {
  return (
    Number(readsUsers(other)) - Number(readsUsers(one)) ||
    Number(other.kind === 'bot') - Number(one.kind === 'bot') ||
    one.createdAt - other.createdAt ||
    (one.tokenId < other.tokenId ? -1 : 1)
  )
}

function readsUsers({ scopes }: Grant): boolean {
  return scopes.includes('users:read')
}

/** docs/decisions/0022: the tokens of deactivated people stop working. */
async function isActive(store: Store, { teamId, userId }: Grant): Promise<boolean> {
  const user = await store.findUser(teamId, userId)
  return user !== undefined && !user.deleted
}

function viewerFor(grant: Grant, { byUser }: AppTokens, isLive: (grant: Grant) => boolean): Viewer {
  return {
    grant,
    isAppUser: (userId) => byUser.get(userId)?.some(isLive) ?? false,
    readsMessagesOf: (userId) =>
      byUser.get(userId)?.some((token) => isLive(token) && token.scopes.includes('im:history')) ?? false,
  }
}
