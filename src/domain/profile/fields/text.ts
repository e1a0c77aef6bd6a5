import { type Refusal, refuse } from '../../errors.ts'
import { isLongerThan } from '../text.ts'

/** Slack: "the `value` can be up to 256 characters of plain text" — users.profile.set, text */
export const TEXT_LENGTH_MAX = 256

export function parseTextValue(text: string, field: string): string | Refusal<'too_long'> {
  return limited(text, TEXT_LENGTH_MAX, field)
}

/** The text, or `too_long` with the limit and the field beside it — docs/decisions/0008. */
export function limited(text: string, limit: number, field: string): string | Refusal<'too_long'> {
  if (!isLongerThan(text, limit)) return text
  return refuse('too_long', `${field} is longer than ${limit} characters.`, { limit, field })
}
