import { EVENT_TYPES } from '../domain/event.ts'
import type { App } from '../domain/team.ts'
import type { Log } from './subscriber.ts'
import type { Viewer } from './viewers.ts'

/** An app that subscribes to what no token of it may see waits for ever; better to be told why. */
export function warnOfSilence(log: Log, app: App, viewer: Viewer | undefined): void {
  const unseen = EVENT_TYPES.filter((type) => app.events.includes(type))
  if (unseen.length === 0 || viewer?.grant.scopes.includes('users:read')) return
  const sentence =
    viewer === undefined
      ? 'The app subscribes to events of users but has no token that works: it is told of none.'
      : 'The app subscribes to events of users but none of its tokens has the scope users:read: it is told of none.'
  log.warn({ app: app.id, events: unseen }, sentence)
}
