import type { Clock } from '../clock.ts'
import type { Grant } from '../domain/grant.ts'
import type { UserId } from '../domain/ids.ts'
import type { Store } from '../storage/store.ts'
import { findDecidingToken, isActive, isLive } from './deciding-token.ts'
import type { AppName } from './transport.ts'

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
  /** To see one person's events with, or none's. Nobody, where the app has no token that works. */
  find(app: AppName, about?: UserId): Promise<Viewer | undefined>
  /** One of the app's tokens has ended. Told or not, they are read again after some seconds. */
  forget(app: AppName): void
  clear(): void
}

const AGE_MS_MAX = 3000
/** Looking for the token that decides takes at most this part of the time. */
const READING_SHARE = 1 / 50
const APPS_MAX = 1000
/** The newest tokens that a person gave one app. */
const TOKENS_OF_USER_MAX = 100

/** A viewer for one connection: its token sees what its person sees. */
export function viewerOf(grant: Grant): Viewer {
  const isOwn = (userId: UserId) => userId === grant.userId
  return { grant, isAppUser: isOwn, readsMessagesOf: isOwn }
}

export function createViewers({ store, clock }: { readonly store: Store; readonly clock: Clock }): Viewers {
  const apps = new Map<string, Known>()

  function tokenOf(app: AppName): Known {
    const key = keyOf(app)
    const known = apps.get(key)
    if (known !== undefined && performance.now() < known.staleAt) return known
    const read = readToken(store, clock.now(), app)
    apps.delete(key)
    apps.set(key, read)
    read.token.catch(() => apps.get(key) === read && apps.delete(key))
    const [oldest] = apps.keys()
    if (apps.size > APPS_MAX && oldest !== undefined) apps.delete(oldest)
    return read
  }

  /** It may have expired, or its owner may be gone, since it was read. */
  async function findToken(app: AppName): Promise<Grant | undefined> {
    const known = await tokenOf(app).token
    if (known === undefined || (isLive(known, clock.now()) && (await isActive(store, known)))) return known
    apps.delete(keyOf(app))
    return tokenOf(app).token
  }

  return {
    async find(app, about) {
      const grant = await findToken(app)
      if (grant === undefined) return undefined
      const { teamId, appId } = app
      const own = about && (await store.findTokensOfUser({ teamId, appId, userId: about }, TOKENS_OF_USER_MAX))
      const live = own?.filter((token) => isLive(token, clock.now())) ?? []
      return {
        grant,
        isAppUser: (userId) => userId === about && live.length > 0,
        readsMessagesOf: (userId) => userId === about && live.some(({ scopes }) => scopes.includes('im:history')),
      }
    },
    forget(app) {
      apps.delete(keyOf(app))
    },
    clear() {
      apps.clear()
    },
  }
}

interface Known {
  readonly token: Promise<Grant | undefined>
  /** In the time of `performance.now()`: the clock of the server may stand still. */
  staleAt: number
}

function readToken(store: Store, now: number, app: AppName): Known {
  const startedAt = performance.now()
  const token = findDecidingToken(store, now, app).then((found) => {
    known.staleAt = performance.now() + Math.max(AGE_MS_MAX, (performance.now() - startedAt) / READING_SHARE)
    return found
  })
  const known: Known = { token, staleAt: Number.POSITIVE_INFINITY }
  return known
}

function keyOf({ teamId, appId }: AppName): string {
  return `${teamId}/${appId}`
}
