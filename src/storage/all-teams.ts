import type { TeamId } from '../domain/ids.ts'
import type { Team } from '../domain/team.ts'
import type { Store } from './store.ts'

const PAGE_TEAMS = 100

/** Every team, in the order of their ids: read page by page, since there may be very many. */
export async function* allTeams(store: Store): AsyncGenerator<Team> {
  for (let after: TeamId | null = null, isLast = false; !isLast; ) {
    const page: readonly Team[] = await store.findTeams(after, PAGE_TEAMS)
    yield* page
    after = page.at(-1)?.id ?? null
    isLast = page.length < PAGE_TEAMS
  }
}
