import {
  type LogEntry,
  type SlackbotMessage,
  type TeamPrefChanged,
  type TokensRevoked,
  type UserFact,
  userIdOf,
} from '../domain/event.ts'
import type { UserId } from '../domain/ids.ts'
import { userToWire } from '../domain/profile/to-wire.ts'
import type { WireUser } from '../domain/profile/wire.ts'
import { SLACKBOT } from '../domain/slackbot.ts'
import type { App, Team } from '../domain/team.ts'
import { isToldToAll, type PrefName, type PrefValue } from '../domain/team-prefs.ts'
import { eventIdOf } from './event-id.ts'
import type { Viewer } from './viewers.ts'

/** What an entry is told with, beside itself. */
export interface Telling {
  readonly team: Team
  /** Where this server is reached, without a slash at the end. */
  readonly publicUrl: string
  /** Whose token decides what is told; nobody's where the app has none that works. */
  readonly viewer: Viewer | undefined
  /** Of events for apps; absent: as it is made for one that was never sent. */
  readonly idOf?: typeof eventIdOf
}

/** An event as Slack writes it, inside the envelope of the Events API or alone on an RTM connection. */
export type WireEvent = WireUserEvent | WireTokensRevoked | WireMessage | WireTeamPrefChange

export interface WireUserEvent {
  readonly user: WireUser
  readonly cache_ts: number
  readonly type: string
  readonly event_ts: string
}

export interface WireTokensRevoked {
  readonly type: 'tokens_revoked'
  readonly tokens: { readonly oauth: readonly UserId[]; readonly bot: readonly UserId[] }
  readonly event_ts: string
}

export interface WireMessage {
  readonly type: 'message'
  readonly channel: string
  readonly user: string
  readonly text: string
  readonly ts: string
  readonly event_ts: string
  readonly channel_type: 'im'
}

export interface WireTeamPrefChange {
  readonly type: 'team_pref_change'
  readonly name: PrefName
  readonly value: PrefValue
  readonly event_ts: string
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
export function eventsFor(entry: LogEntry, app: App, telling: Telling): readonly AppEvent[] {
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

/** What an entry says to the one who looks, whatever anybody has subscribed to. */
export function wireEvents(entry: LogEntry, telling: Telling): readonly WireEvent[] {
  switch (entry.kind) {
    case 'user':
      return userEvents(entry, telling)
    case 'tokens_revoked':
      return [tokensRevoked(entry)]
    case 'message':
      // Slack: needs `im:history`, and tells of the conversations of those who authorised the app — message.im;
      // docs/decisions/0042
      return telling.viewer?.readsMessagesOf(entry.userId) ? [message(entry)] : []
    case 'team_pref_changed':
      return isToldToAll(entry.name) ? [teamPrefChange(entry)] : []
    case 'email_changed':
    case 'email_requested':
      return []
    default:
      return entry satisfies never
  }
}

/** Seconds with six decimals: the last three tell entries of one millisecond apart. */
export function timestampOf({ at, seq }: LogEntry): string {
  const micros = (at % 1000) * 1000 + (seq % 1000)
  return `${Math.floor(at / 1000)}.${String(micros).padStart(6, '0')}`
}

/** In the channel list of a message, Slack's `message.im` stands for direct messages. */
function subscribes(app: App, type: string): boolean {
  return app.events.includes(type) || (type === 'message' && app.events.includes('message.im'))
}

// The order of the keys is that of recorded events.
function userEvents(entry: UserFact & LogEntry, { team, publicUrl, viewer }: Telling): readonly WireUserEvent[] {
  if (!viewer?.grant.scopes.includes('users:read')) return []
  const user = userToWire(entry.user, {
    team,
    publicUrl,
    now: entry.at,
    // docs/decisions/0033
    seesEmail: viewer.grant.scopes.includes('users:read.email'),
    seesTwoFactor: false,
    locale: true,
    isAppUser: viewer.isAppUser(entry.user.id),
  })
  const event_ts = timestampOf(entry)
  return entry.types.map((type) => ({ user, cache_ts: entry.user.updated, type, event_ts }))
}

function tokensRevoked(entry: TokensRevoked & LogEntry): WireTokensRevoked {
  return { type: 'tokens_revoked', tokens: { oauth: entry.oauth, bot: entry.bot }, event_ts: timestampOf(entry) }
}

function message(entry: SlackbotMessage & LogEntry): WireMessage {
  const ts = timestampOf(entry)
  return {
    type: 'message',
    channel: directChannelOf(entry.userId),
    user: SLACKBOT,
    text: entry.text,
    ts,
    event_ts: ts,
    channel_type: 'im',
  }
}

function teamPrefChange(entry: TeamPrefChanged & LogEntry): WireTeamPrefChange {
  return { type: 'team_pref_change', name: entry.name, value: entry.value, event_ts: timestampOf(entry) }
}

/** Slackbot's conversation with a person. Channels are not kept here, so its id is made of the person's. */
export function directChannelOf(userId: UserId): string {
  return `D${userId.slice(1)}`
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
