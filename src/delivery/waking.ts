import type { TeamId } from '../domain/ids.ts'
import type { Feeds } from './feeds.ts'

/** Called right after a commit, so quick: many commits of one turn wake the feeds of a team once. */
export function createWaking(feeds: Feeds): (teamId: TeamId) => void {
  /** Teams whose logs have grown since their feeds were woken. */
  let grown = new Set<TeamId>()

  function wakeGrown(): void {
    const woken = grown
    grown = new Set()
    for (const teamId of woken) for (const { feed } of feeds.ofTeam(teamId)) feed.wake()
  }

  return (teamId) => {
    if (grown.size === 0) setImmediate(wakeGrown)
    grown.add(teamId)
  }
}
