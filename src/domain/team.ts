import type { AppId, FieldId, TeamId, UserId } from './ids.ts'

/** A workspace: everything about it but its people and tokens. Immutable; a changed team is a new object. */
export interface Team {
  readonly id: TeamId
  readonly name: string
  /** As in `https://DOMAIN.slack.com/`. */
  readonly domain: string
  readonly plan: 'paid' | 'free'
  readonly compat: Compat
  readonly settings: Settings
  /** By id, in the order of their `ordering`. */
  readonly fields: ReadonlyMap<FieldId, FieldDefinition>
  readonly sections: readonly FieldSection[]
  /** Custom emoji by name: an `https://…` address, or `alias:other`. */
  readonly emoji: ReadonlyMap<string, string>
  readonly apps: ReadonlyMap<AppId, App>
}

/** Where Slack's own documents disagree, the owner of a team chooses (docs/decisions/0001). */
export interface Compat {
  readonly adminEditRule: 'primary_owner' | 'outrank'
  readonly customFieldEvents: 'emit' | 'silent'
  readonly emailChange: 'immediate' | 'confirm'
}

export interface Settings {
  /** CIDR ranges or addresses; empty: every network. */
  readonly allowedIps: readonly string[]
  readonly require2fa: boolean
  /** The error that every call answers while the team is in that state. */
  readonly state: null | TeamState
  /** Core keys and field ids that `users.profile.set` ignores, with a notice. */
  readonly uneditableFields: readonly string[]
  /** How old a token may be for changing somebody else's profile; `null`: any age. */
  readonly sudoMinutes: number | null
}

export const TEAM_STATES = [
  'org_login_required',
  'team_added_to_org',
  'ekm_access_denied',
  'service_unavailable',
] as const
export type TeamState = (typeof TEAM_STATES)[number]

export const FIELD_TYPES = ['text', 'long_text', 'date', 'link', 'options_list', 'tags', 'user'] as const
export type FieldType = (typeof FIELD_TYPES)[number]

/** One custom profile field. */
export interface FieldDefinition {
  readonly id: FieldId
  readonly label: string
  readonly hint: string
  readonly type: FieldType
  /** Of an `options_list` only. */
  readonly possibleValues: readonly string[] | null
  readonly ordering: number
  readonly isHidden: boolean
  readonly sectionId: string
  /** Whether the API is among the field's data sources. */
  readonly api: boolean
  /** Filled through SCIM, so not through `users.profile.set`. */
  readonly isScim: boolean
  /** Members cannot edit it; admins can. */
  readonly isProtected: boolean
}

export interface FieldSection {
  readonly id: string
  readonly label: string
  /** Slack's `section_type`: `contact`, `custom`, … */
  readonly type: string
  readonly order: number
  readonly isHidden: boolean
}

export interface App {
  readonly id: AppId
  readonly name: string
  readonly botUser: UserId | null
  /** Members who may edit the bot user's profile, beside the owners. */
  readonly collaborators: readonly UserId[]
  readonly signingSecret: string
  readonly verificationToken: string
  readonly socketMode: boolean
  readonly requestUrl: string | null
  readonly events: readonly string[]
  /** Which of Slack's answers to `users.profile.set` the app was written for (docs/decisions/0036). */
  readonly response: 'modern' | '2021' | '2016'
  /** A restricted app's every call is answered `access_denied`. */
  readonly restricted: boolean
}

export const DEFAULT_COMPAT: Compat = {
  adminEditRule: 'primary_owner',
  customFieldEvents: 'emit',
  emailChange: 'immediate',
}

export const DEFAULT_SETTINGS: Settings = {
  allowedIps: [],
  require2fa: false,
  state: null,
  uneditableFields: [],
  sudoMinutes: null,
}
