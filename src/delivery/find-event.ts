import type { AppId, TeamId } from '../domain/ids.ts'
import type { App } from '../domain/team.ts'
import type { FeedParts } from './app-feed.ts'
import { type AppEvent, eventsFor } from './event-body.ts'

/** An event made again from the log, with the app as it is now. */
export interface FoundEvent {
  readonly app: App
  readonly event: AppEvent
}

export function readerOf(teamId: TeamId, appId: AppId): string {
  return `app:${teamId}/${appId}`
}

/** Socket Mode goes before a request URL. */
export function hasWebhook(app: App): boolean {
  return app.requestUrl !== null && !app.socketMode
}

/** Nothing, where the log has no such event, or the app takes none or may no longer hear of it. */
export async function findEvent(
  { store, viewers, publicUrl }: Pick<FeedParts, 'store' | 'viewers' | 'publicUrl'>,
  { teamId, appId }: { readonly teamId: TeamId; readonly appId: AppId },
  { id, seq }: { readonly id: string; readonly seq: number },
): Promise<FoundEvent | undefined> {
  const entry = await store.findEntry(seq)
  if (entry === undefined || entry.teamId !== teamId) return undefined
  const team = await store.getTeam(teamId)
  const app = team.apps.get(appId)
  if (app === undefined || !(app.socketMode || hasWebhook(app))) return undefined
  const viewer = await viewers.find(teamId, appId)
  const event = eventsFor(entry, app, { team, publicUrl: publicUrl(), viewer }).find((made) => made.id === id)
  return event && { app, event }
}
