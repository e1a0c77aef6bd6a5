import type { LogEntry, SlackbotMessage, TeamPrefChanged, TokensRevoked, UserFact } from '../domain/event.ts'
import type { UserId } from '../domain/ids.ts'
import { userToWire } from '../domain/profile/to-wire.ts'
import type { WireUser } from '../domain/profile/wire.ts'
import { SLACKBOT } from '../domain/slackbot.ts'
import type { Team } from '../domain/team.ts'
import { isToldToAll, type PrefName, type PrefValue } from '../domain/team-prefs.ts'
import type { Viewer } from './viewers.ts'

/** What an entry is told with, beside itself. */
export interface Telling {
  readonly team: Team
  /** Where this server is reached, without a slash at the end. */
  readonly publicUrl: string
  /** Whose token decides what is told; nobody's where the app has none that works. */
  readonly viewer: Viewer | undefined
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
function directChannelOf(userId: UserId): string {
  return `D${userId.slice(1)}`
}

/** Seconds with six decimals: the last three tell entries of one millisecond apart. */
export function timestampOf({ at, seq }: LogEntry): string {
  const micros = (at % 1000) * 1000 + (seq % 1000)
  return `${Math.floor(at / 1000)}.${String(micros).padStart(6, '0')}`
}
