import type { AppId, FieldId, TeamId, UserId } from './ids.ts'

/** From most to least: a person in a role outranks those in every later one. A `bot` belongs to an app, not to the ladder. */
export const ROLES = ['primary_owner', 'owner', 'admin', 'member', 'guest', 'single_channel_guest', 'bot'] as const
export type Role = (typeof ROLES)[number]

/** One member of a team, as stored: what was set, never what follows from it (that is made in `profile/to-wire.ts`).
 * Immutable: a change makes a new object, so identity tells whether anything changed, and caches may hang on it. */
export interface User {
  readonly id: UserId
  readonly teamId: TeamId
  /** The username of old, Slack's `name`. */
  readonly name: string
  readonly role: Role
  readonly deleted: boolean
  readonly has2fa: boolean
  /** IANA name, such as `Europe/London`. */
  readonly tz: string
  /** IETF tag, such as `en-GB`. */
  readonly locale: string
  /** Position in the order of joining, from 0: it picks the colour. */
  readonly ordinal: number
  /** The address, as given; unique in the team regardless of case. `null` for bots and for people without one. */
  readonly email: string | null
  readonly profile: Profile
  /** Set for role `bot` only. */
  readonly bot: BotIdentity | null
  /** Unix seconds of the last change. */
  readonly updated: number
  /** An address that waits to be confirmed; absent where none does. */
  readonly pendingEmail?: PendingEmail
}

export interface PendingEmail {
  readonly email: string
  /** The secret part of the link that confirms it. */
  readonly code: string
  /** Unix seconds. */
  readonly expiresAt: number
}

/** Admins and everybody above them. */
export function isAdmin({ role }: User): boolean {
  return role === 'admin' || role === 'owner' || role === 'primary_owner'
}

/** The primary owner is an owner, too. */
export function isOwner({ role }: User): boolean {
  return role === 'owner' || role === 'primary_owner'
}

export interface BotIdentity {
  /** `B…` */
  readonly botId: string
  /** Absent while no app of the team names this bot user. */
  readonly appId: AppId | null
}

/** What `users.profile.set` can change, apart from the email. Empty strings mean "not set". */
export interface Profile {
  readonly realName: string
  readonly firstName: string
  readonly lastName: string
  readonly displayName: string
  readonly title: string
  readonly phone: string
  readonly pronouns: string
  /** `YYYY-MM-DD`, or empty. */
  readonly startDate: string
  readonly status: Status
  /** By id, in the order they were first set. */
  readonly fields: FieldValues
  /** `null`: the default picture, drawn from the user's id. */
  readonly photo: Photo | null
}

export interface Status {
  readonly text: string
  /** `:name:`, or empty. */
  readonly emoji: string
  /** Unix seconds; 0: does not expire. */
  readonly expiration: number
}

export type FieldValues = Readonly<Record<FieldId, FieldValue>>

export interface FieldValue {
  /** As read back; of a `tags` field, its tags joined by commas. Never empty: an emptied field is removed. */
  readonly value: string
  /** Shown in place of the value where it is not empty. */
  readonly alt: string
  /** Of a `tags` field only, in the order given. */
  readonly tags?: readonly Tag[]
}

export interface Tag {
  readonly value: string
  readonly alt: string
}

/** An uploaded picture. */
export interface Photo {
  /** 20 hexadecimal digits; the first twelve are Slack's `avatar_hash`. */
  readonly hash: string
}

export const EMPTY_STATUS: Status = { text: '', emoji: '', expiration: 0 }

export const EMPTY_PROFILE: Profile = {
  realName: '',
  firstName: '',
  lastName: '',
  displayName: '',
  title: '',
  phone: '',
  pronouns: '',
  startDate: '',
  status: EMPTY_STATUS,
  fields: {},
  photo: null,
}
