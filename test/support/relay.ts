import { MovableClock } from '../../src/clock.ts'
import { createRelay, type Relay, type RelayOptions } from '../../src/delivery/relay.ts'
import type { Refusal } from '../../src/domain/errors.ts'
import type { EventType } from '../../src/domain/event.ts'
import type { AppId, TeamId, UserId } from '../../src/domain/ids.ts'
import type { App } from '../../src/domain/team.ts'
import { createNode, type Node } from '../../src/nodes/node.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import type { Change, Loaded, Store } from '../../src/storage/store.ts'
import type { Cleanup } from './server.ts'
import { aGrant, anApp, aWorld, ids, STATUS_APP, TEAM } from './world.ts'

export interface RelayWorld {
  readonly store: Store
  readonly node: Node
  readonly clock: MovableClock
  readonly relay: Relay
  /** What the operator was told. */
  readonly told: { readonly fields: Readonly<Record<string, unknown>>; readonly message: string }[]
  /** Sets a person's title, with the events that follow. */
  setTitle(title: string, userId?: UserId, events?: readonly EventType[]): Promise<void>
}

export interface RelayWorldOptions
  extends Partial<Pick<RelayOptions, 'allowPrivate' | 'bounds' | 'webhooks' | 'viewers'>> {
  /** In place of the one of the usual world. */
  readonly apps: readonly Partial<App>[]
  readonly path?: string
}

export const OTHER_APP = 'A0OTHER001' as AppId

/** A store with people and apps, a clock that stands still, and a relay that has started. */
export async function startRelay(t: Cleanup, { apps, path, ...options }: RelayWorldOptions): Promise<RelayWorld> {
  const store = await openSqlite({ path: path ?? ':memory:', tokenDigest: (token) => token })
  const clock = new MovableClock()
  clock.setFrozen(true)
  await fill(store, apps)
  const told: RelayWorld['told'] = []
  const tell = (fields: object, message: string) => void told.push({ fields: { ...fields }, message })
  const node = createNode({ store, log: { info: tell, warn: tell } })
  const relay = createRelay({
    store,
    node,
    clock,
    log: { info: tell, warn: tell },
    publicUrl: () => 'http://127.0.0.1:4390',
    allowPrivate: true,
    ...options,
  })
  await node.start()
  await relay.start()
  t.after(async () => {
    await relay.stop()
    await node.stop()
    await store.close()
  })
  return {
    store,
    node,
    clock,
    relay,
    told,
    setTitle: (title, userId, events) => setTitle(store, { title, userId, events }),
  }
}

async function fill(store: Store, apps: readonly Partial<App>[]): Promise<void> {
  const { team, users, tokens } = aWorld()
  const all = apps.map((app) => ({ ...anApp(), ...app }))
  await store.addTeam({ ...team, apps: new Map(all.map((app) => [app.id, app])) }, users)
  for (const { token, grant } of tokens) await store.addToken(token, grant)
  for (const { id } of all) {
    if (id === STATUS_APP) continue
    await store.addToken(`xoxb-${id}`, aGrant({ kind: 'bot', userId: ids.bot, appId: id, tokenId: id }))
  }
}

export async function setTitle(
  store: Store,
  {
    title,
    userId = ids.ada,
    events = ['user_change'],
    teamId = TEAM as TeamId,
  }: {
    title: string
    userId?: UserId | undefined
    events?: readonly EventType[] | undefined
    teamId?: TeamId
  },
): Promise<void> {
  const decide = ({ user }: Loaded): Change | Refusal => {
    if (user === undefined) throw new Error('There is no such person.')
    return { user: { ...user, updated: user.updated + 1, profile: { ...user.profile, title } }, events }
  }
  await store.change({ teamId, actorId: userId, userId, emails: [], userIds: [] }, decide)
}
