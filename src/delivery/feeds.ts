import type { AppId, TeamId } from '../domain/ids.ts'
import type { AppFeed } from './app-feed.ts'
import type { Subscription } from './subscriptions.ts'

export interface OpenFeed {
  readonly feed: AppFeed
  readonly subscription: Subscription
}

/** The feeds that are open here. */
export class Feeds {
  readonly #teams = new Map<TeamId, Map<AppId, OpenFeed>>()

  get(teamId: TeamId, appId: AppId): OpenFeed | undefined {
    return this.#teams.get(teamId)?.get(appId)
  }

  add(open: OpenFeed): void {
    const { teamId, appId } = open.feed
    const ofTeam = this.#teams.get(teamId) ?? new Map()
    this.#teams.set(teamId, ofTeam.set(appId, open))
  }

  /** False where it is not open, or another one is in its place. */
  remove(feed: AppFeed): boolean {
    const ofTeam = this.#teams.get(feed.teamId)
    if (ofTeam?.get(feed.appId)?.feed !== feed) return false
    ofTeam.delete(feed.appId)
    if (ofTeam.size === 0) this.#teams.delete(feed.teamId)
    return true
  }

  teams(): readonly TeamId[] {
    return [...this.#teams.keys()]
  }

  ofTeam(teamId: TeamId): readonly OpenFeed[] {
    return [...(this.#teams.get(teamId)?.values() ?? [])]
  }

  all(): readonly OpenFeed[] {
    return this.teams().flatMap((teamId) => this.ofTeam(teamId))
  }
}
