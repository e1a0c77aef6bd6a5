import { userIdOf } from '../domain/event.ts'
import type { AppId, TeamId } from '../domain/ids.ts'
import type { App } from '../domain/team.ts'
import { type AppEvent, eventsFor } from './event-body.ts'
import type { FeedParts } from './feed-parts.ts'
import type { AppName } from './transport.ts'

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

/** Under the id that it was sent with before. Nothing, where the log has no such event, or the app takes none or may no
 * longer hear of it. */
export async function findEvent(
  { store, viewers, publicUrl }: Pick<FeedParts, 'store' | 'viewers' | 'publicUrl'>,
  name: AppName,
  { id, seq, type }: { readonly id: string; readonly seq: number; readonly type: string },
): Promise<FoundEvent | undefined> {
  const { teamId, appId } = name
  const entry = await store.findEntry(teamId, seq)
  if (entry === undefined) return undefined
  const team = await store.getTeam(teamId)
  const app = team.apps.get(appId)
  if (app === undefined || !(app.socketMode || hasWebhook(app))) return undefined
  const viewer = await viewers.find(name, userIdOf(entry))
  const telling = { team, publicUrl: publicUrl(), viewer, idOf: () => id }
  const event = eventsFor(entry, app, telling).find((made) => made.type === type)
  return event && { app, event }
}
