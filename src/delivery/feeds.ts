import type { AppId, TeamId } from '../domain/ids.ts'
import type { App } from '../domain/team.ts'
import type { AppFeed } from './app-feed.ts'
import type { Transport } from './transport.ts'

export interface OpenFeed {
  readonly feed: AppFeed
  readonly transport: Transport
  /** As it was when it was last read. */
  app: App
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

  /** Whether the team has no feed any more. */
  remove({ teamId, appId }: AppFeed): boolean {
    const ofTeam = this.#teams.get(teamId)
    ofTeam?.delete(appId)
    if (ofTeam !== undefined && ofTeam.size > 0) return false
    return this.#teams.delete(teamId)
  }

  clear(): void {
    this.#teams.clear()
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
