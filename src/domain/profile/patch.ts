import type { FieldId, UserId } from '../ids.ts'
import type { Tag } from '../user.ts'

/** What a caller asks to change, read from the wire but not yet judged. A key that is absent was not sent;
 * a key that is present may be empty, which clears. */
export interface ProfilePatch {
  /** Core keys, as text. */
  readonly core: CorePatch
  /** Unix seconds, whole and not negative. */
  readonly statusExpiration?: number
  /** Custom fields by id, in the order sent. What their values mean depends on the team's definitions. */
  readonly fields: ReadonlyMap<FieldId, FieldInput>
  /** The username that was sent: it can only be refused or ignored (docs/decisions/0018). */
  readonly username?: string
  /** Lines that name what is ignored, without their `[WARN] ` mark. */
  readonly notices: readonly string[]
  /** Everything that looks like a user id inside `fields`, for the store to look up. Bounded. */
  readonly mentionedUserIds: readonly UserId[]
}

export type CorePatch = Readonly<Partial<Record<CoreKey, string>>>

/** One custom field as sent. Which of the forms is right depends on the field's type. */
export interface FieldInput {
  /** One text, or several values. */
  readonly value?: string | readonly Tag[]
  /** What is read back beside the `value` of a `tags` field, and beats it there (docs/decisions/0012). */
  readonly values?: readonly Tag[]
  readonly alt?: string
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
