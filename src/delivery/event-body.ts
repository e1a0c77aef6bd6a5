import { EVENT_TYPES, type LogEntry, userIdOf } from '../domain/event.ts'
import type { App } from '../domain/team.ts'
import { eventIdOf } from './event-id.ts'
import type { Viewer } from './viewers.ts'
import { type Telling, type WireEvent, wireEvents } from './wire-events.ts'

/** What an app can be told of. It may list other events of Slack's, and hears nothing of them. */
export const SUBSCRIBABLE: readonly string[] = [...EVENT_TYPES, 'tokens_revoked', 'message.im', 'message']

/** The same for an app. */
export interface AppTelling extends Telling {
  /** Absent: as it is made for an event that was never sent. */
  readonly idOf?: typeof eventIdOf
}

/** One event for one app, ready to be sent. */
export interface AppEvent {
  /** The `event_id`: the same at every attempt, also after a crash, so that a subscriber can tell a repetition. */
  readonly id: string
  readonly type: string
  /** The whole `event_callback`, as JSON text. */
  readonly body: string
}

/** The events of an entry that the app has subscribed to and may see. Nothing is told to an app that the team restricts:
 * it could not have read the same by a call. */
export function eventsFor(entry: LogEntry, app: App, telling: AppTelling): readonly AppEvent[] {
  if (app.restricted || !concerns(entry, app)) return []
  const { idOf = eventIdOf } = telling
  return wireEvents(entry, telling)
    .filter((event) => subscribes(app, event.type))
    .map((event) => {
      const id = idOf(entry, event.type, app.id)
      return { id, type: event.type, body: JSON.stringify(envelopeOf(entry, app, telling, { id, event })) }
    })
}

/** Whether the app could be told anything of the entry; cheaper than making the events. */
export function concerns(entry: LogEntry, app: App): boolean {
  switch (entry.kind) {
    case 'user':
      return entry.types.some((type) => app.events.includes(type))
    case 'tokens_revoked':
      return entry.appId === app.id && subscribes(app, 'tokens_revoked')
    case 'message':
      return subscribes(app, 'message')
    // Slack tells of it over RTM and in no other way.
    case 'team_pref_changed':
    case 'email_changed':
    case 'email_requested':
      return false
    default:
      return entry satisfies never
  }
}

/** In the channel list of a message, Slack's `message.im` stands for direct messages. */
function subscribes(app: App, type: string): boolean {
  return app.events.includes(type) || (type === 'message' && app.events.includes('message.im'))
}

function envelopeOf(
  entry: LogEntry,
  app: App,
  { viewer }: Telling,
  { id, event }: { readonly id: string; readonly event: WireEvent },
): object {
  return {
    token: app.verificationToken,
    team_id: entry.teamId,
    context_team_id: entry.teamId,
    context_enterprise_id: null,
    api_app_id: app.id,
    event,
    type: 'event_callback',
    event_id: id,
    event_time: Math.floor(entry.at / 1000),
    // Slack: one of the installations that the event is visible to, never more — the Events API
    authorizations: [
      { enterprise_id: null, team_id: entry.teamId, ...authorizedBy(entry, viewer), ...NO_ORGANISATION },
    ],
    is_ext_shared_channel: false,
    event_context: contextOf(entry, app, { id, event }),
  }
}

const NO_ORGANISATION = { is_enterprise_install: false }

/** A message is seen on behalf of its reader. An app whose last token was revoked is told so on behalf of that token. */
function authorizedBy(entry: LogEntry, viewer: Viewer | undefined): { user_id: string; is_bot: boolean } {
  if (entry.kind === 'message') return { user_id: entry.userId, is_bot: false }
  if (viewer !== undefined) return { user_id: viewer.grant.userId, is_bot: viewer.grant.kind === 'bot' }
  const bot = entry.kind === 'tokens_revoked' ? entry.bot[0] : undefined
  if (bot !== undefined) return { user_id: bot, is_bot: true }
  return { user_id: userIdOf(entry), is_bot: false }
}

/** Opaque to subscribers; in Slack's form, `4-` and what stands in base64. */
function contextOf(
  entry: LogEntry,
  app: App,
  { id, event }: { readonly id: string; readonly event: WireEvent },
): string {
  const context = { et: event.type, tid: entry.teamId, aid: app.id, eid: id }
  return `4-${Buffer.from(JSON.stringify(context)).toString('base64')}`
}
