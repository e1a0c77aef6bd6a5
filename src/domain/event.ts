import type { AppId, TeamId, UserId } from './ids.ts'
import type { PrefName, PrefValue } from './team-prefs.ts'
import type { User } from './user.ts'

/** `user_change` and the sibling that Slack dispatches with it. */
export const EVENT_TYPES = ['user_change', 'user_profile_changed', 'user_status_changed'] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** A change of a user, with the events that tell of it. */
export interface UserFact {
  readonly kind: 'user'
  readonly types: readonly EventType[]
  /** The user right after the change. */
  readonly user: User
}

/** What else the log tells, beside changes of users. */
export type OtherFact = TokensRevoked | EmailChanged | EmailRequested | SlackbotMessage | TeamPrefChanged

/** Tokens that stopped working; told to their app as `tokens_revoked`. */
export interface TokensRevoked {
  readonly kind: 'tokens_revoked'
  readonly userId: UserId
  readonly appId: AppId | null
  readonly oauth: readonly UserId[]
  readonly bot: readonly UserId[]
}

/** An address that holds now: both the old and the new one get a mail. */
export interface EmailChanged {
  readonly kind: 'email_changed'
  readonly userId: UserId
  readonly from: string | null
  readonly to: string
}

/** An address that waits for its owner's confirmation: the new one gets a mail with a link, the old one a note. */
export interface EmailRequested {
  readonly kind: 'email_requested'
  readonly userId: UserId
  readonly from: string | null
  readonly to: string
  /** The secret part of the link. */
  readonly code: string
  /** Unix seconds. */
  readonly expiresAt: number
}

/** A message of Slackbot to a user. */
export interface SlackbotMessage {
  readonly kind: 'message'
  readonly userId: UserId
  readonly text: string
}

/** A setting of the team that holds from now on; told over RTM as `team_pref_change`. */
export interface TeamPrefChanged {
  readonly kind: 'team_pref_changed'
  /** Who changed it; Slackbot stands for whoever runs the server. */
  readonly userId: UserId
  readonly name: PrefName
  readonly value: PrefValue
}

export type Fact = UserFact | OtherFact

/** Whom a fact is about, or who brought it about. */
export function userIdOf(fact: Fact): UserId {
  return fact.kind === 'user' ? fact.user.id : fact.userId
}

/** The facts that ask for a mail, and the reader of the log who sends them. */
export const MAILED_KINDS: readonly OtherFact['kind'][] = ['email_changed', 'email_requested']
export const MAIL_READER = 'mail'

/** One row of the log. Written in the transaction of the fact itself. */
export type LogEntry = Fact & {
  /** Position in the log of its team: what was written later has a higher number. */
  readonly seq: number
  readonly teamId: TeamId
  /** Unix milliseconds. */
  readonly at: number
}
