import type { TeamId } from '../domain/ids.ts'
import type { App, Team } from '../domain/team.ts'
import type { Store } from '../storage/store.ts'
import { readerOf } from './find-event.ts'
import type { Transport } from './transport.ts'

/** An app that takes events, and how. */
export interface Subscription {
  readonly teamId: TeamId
  /** As it was when it was last read. */
  app: App
  readonly transport: Transport
  /** The same in the log, and of the lease. */
  readonly reader: string
}

/** Teams that are read at one time, to find their apps. */
const PAGE_TEAMS = 100

/** Page by page: there may be very many teams, and those without apps are not read at all. */
export async function* findSubscriptions(
  store: Store,
  transports: readonly Transport[],
): AsyncGenerator<readonly Subscription[]> {
  for (let after: TeamId | null = null, isLast = false; !isLast; ) {
    const teams: readonly Team[] = await store.findTeamsWithApps(after, PAGE_TEAMS)
    yield teams.flatMap((team) => subscriptionsOf(team, transports))
    after = teams.at(-1)?.id ?? null
    isLast = teams.length < PAGE_TEAMS
  }
}

function subscriptionsOf({ id: teamId, apps }: Team, transports: readonly Transport[]): readonly Subscription[] {
  return [...apps.values()].flatMap((app) => {
    const transport = transports.find((candidate) => candidate.serves(app))
    return transport === undefined ? [] : [{ teamId, app, transport, reader: readerOf(teamId, app.id) }]
  })
}
