import { setImmediate } from 'node:timers/promises'
import type { Grant } from '../domain/grant.ts'
import type { Store } from '../storage/store.ts'
import type { AppName } from './transport.ts'

const PAGE_TOKENS = 100
/** A team may have very many tokens of one app. */
const LOOKED_AT_MAX = 10_000

type Reading = Pick<Store, 'findTokensOfApp' | 'findUser'>

/** The token through which an app sees events: one that may read users before one that may not, then the bot's before
 * those of people, then the oldest. Slack tells an app of what any of its installations may see; which decides is ours:
 * docs/decisions/0041. */
export async function findDecidingToken(store: Reading, now: number, app: AppName): Promise<Grant | undefined> {
  let blind: Grant | undefined
  for await (const grant of tokensOf(store, app)) {
    const readsUsers = grant.scopes.includes('users:read')
    if ((!readsUsers && blind !== undefined) || !isLive(grant, now)) continue
    if (!(await isActive(store, grant))) continue
    if (readsUsers) return grant
    blind = grant
  }
  return blind
}

/** The bot's first, each kind from the oldest on. */
async function* tokensOf(store: Reading, { teamId, appId }: AppName): AsyncGenerator<Grant> {
  for (const kind of ['bot', 'user'] as const) {
    let last: Grant | null = null
    for (let lookedAt = 0; lookedAt < LOOKED_AT_MAX; lookedAt += PAGE_TOKENS) {
      const page: readonly Grant[] = await store.findTokensOfApp({ teamId, appId, kind }, last, PAGE_TOKENS)
      yield* page
      last = page.at(-1) ?? null
      if (page.length < PAGE_TOKENS) break
      await setImmediate()
    }
  }
}

/** `now` in Unix milliseconds. */
export function isLive({ expiresAt }: Grant, now: number): boolean {
  return expiresAt === 0 || expiresAt * 1000 > now
}

/** docs/decisions/0022: the tokens of deactivated people stop working. */
export async function isActive(store: Pick<Store, 'findUser'>, { teamId, userId }: Grant): Promise<boolean> {
  const user = await store.findUser(teamId, userId)
  return user !== undefined && !user.deleted
}
