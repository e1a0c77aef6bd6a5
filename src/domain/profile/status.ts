import { type Refusal, refuse } from '../errors.ts'
import { EMPTY_STATUS, type Status } from '../user.ts'
import { hasEmojiSyntax, resolveEmoji } from './emoji.ts'
import { isLongerThan } from './text.ts'

export type StatusError =
  | 'too_long'
  | 'must_clear_both_status_text_and_status_emoji'
  | 'profile_status_set_failed_not_emoji_syntax'
  | 'profile_status_set_failed_not_valid_emoji'

/** Slack: "The displayed text of up to 100 characters." — users.profile.set */
export const STATUS_TEXT_LENGTH_MAX = 100

/** What a status without an emoji shows — docs/decisions/0025 */
export const DEFAULT_STATUS_EMOJI = ':speech_balloon:'

/** A key that is absent was not sent. */
export interface StatusPatch {
  readonly text?: string | undefined
  readonly emoji?: string | undefined
  /** Unix seconds; 0: never. */
  readonly expiration?: number | undefined
}

/** The status afterwards; the present object where nothing changed. */
export function changeStatus(
  present: Status,
  { text, emoji, expiration }: StatusPatch,
  teamEmoji: ReadonlyMap<string, string>,
): Status | Refusal<StatusError> {
  if (text === undefined && emoji === undefined) return changeExpiration(present, expiration)
  const refused = checkText(text) ?? checkClearing(text, emoji) ?? checkEmoji(emoji, present, teamEmoji)
  if (refused) return refused

  // A key that is sent alone resets the other, which is the same as sending the other empty — docs/decisions/0025
  const newText = text ?? ''
  const newEmoji = emoji ?? ''
  if (newText === '' && newEmoji === '') return isEmpty(present) ? present : EMPTY_STATUS

  // Slack: "Providing `0` or omitting this field results in a custom status that will not expire." — users.profile.set
  const status = { text: newText, emoji: newEmoji || DEFAULT_STATUS_EMOJI, expiration: expiration ?? 0 }
  return isSame(status, present) ? present : status
}

/** Without a status there is nothing that could expire. */
export function isIdleExpiration(present: Status, { text, emoji, expiration }: StatusPatch): boolean {
  return text === undefined && emoji === undefined && Boolean(expiration) && isEmpty(present)
}

function changeExpiration(present: Status, expiration: number | undefined): Status {
  if (expiration === undefined || expiration === present.expiration || isEmpty(present)) return present
  return { ...present, expiration }
}

function checkText(text: string | undefined): Refusal<'too_long'> | undefined {
  if (text === undefined || !isLongerThan(text, STATUS_TEXT_LENGTH_MAX)) return undefined
  const detail = { limit: STATUS_TEXT_LENGTH_MAX, field: 'status_text' }
  return refuse('too_long', `status_text is longer than ${STATUS_TEXT_LENGTH_MAX} characters.`, detail)
}

/** Slack: "Clearing the status requires setting both `status_text` and `status_emoji` to ''." — users.profile.set, errors */
function checkClearing(text: string | undefined, emoji: string | undefined): Refusal<StatusError> | undefined {
  const clearsOne = (text === '' && emoji === undefined) || (emoji === '' && text === undefined)
  if (!clearsOne) return undefined
  return refuse(
    'must_clear_both_status_text_and_status_emoji',
    'To clear the status, send both status_text and status_emoji as empty strings.',
  )
}

/** Syntax first, then whether there is such an emoji — docs/decisions/0026 */
function checkEmoji(
  emoji: string | undefined,
  present: Status,
  teamEmoji: ReadonlyMap<string, string>,
): Refusal<StatusError> | undefined {
  // An emoji that the team has since removed may stay where it stands.
  if (emoji === undefined || emoji === '' || emoji === present.emoji) return undefined
  if (!hasEmojiSyntax(emoji)) {
    return refuse('profile_status_set_failed_not_emoji_syntax', 'status_emoji is written `:name:`.')
  }
  if (resolveEmoji(emoji, teamEmoji) !== undefined) return undefined
  return refuse('profile_status_set_failed_not_valid_emoji', 'status_emoji names no emoji of this team.')
}

function isEmpty(status: Status): boolean {
  return status.text === '' && status.emoji === ''
}

function isSame(a: Status, b: Status): boolean {
  return a.text === b.text && a.emoji === b.emoji && a.expiration === b.expiration
}
