import type { FieldId, UserId } from '../ids.ts'

/** What a caller asks to change, read from the wire but not yet judged. A key that is absent was not sent;
 * a key that is present may be empty, which clears. */
export interface ProfilePatch {
  /** Core keys, as text. */
  readonly core: Readonly<Partial<Record<CoreKey, string>>>
  /** Unix seconds, whole and not negative. */
  readonly statusExpiration?: number
  /** Custom fields by id, in the order sent. Their values are read with the team's definitions at hand. */
  readonly fields: ReadonlyMap<FieldId, unknown>
  /** The username that was sent: it can only be refused or ignored (docs/decisions/0018). */
  readonly username?: string
  /** Lines that name what is ignored, without their `[WARN] ` mark. */
  readonly notices: readonly string[]
  /** Everything that looks like a user id inside `fields`, for the store to look up. Bounded. */
  readonly mentionedUserIds: readonly UserId[]
}

/** The core keys that can be written, in Slack's words. */
export const CORE_KEYS = [
  'real_name',
  'first_name',
  'last_name',
  'display_name',
  'title',
  'phone',
  'pronouns',
  'email',
  'start_date',
  'status_text',
  'status_emoji',
] as const
export type CoreKey = (typeof CORE_KEYS)[number]
