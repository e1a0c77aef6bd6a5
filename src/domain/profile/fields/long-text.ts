import type { Refusal } from '../../errors.ts'
import { limited } from './text.ts'

/** Slack: "the `value` can be up to 5,000 characters of basic formatted mrkdwn" — users.profile.set, long_text */
export const LONG_TEXT_LENGTH_MAX = 5000

export function parseLongText(text: string, field: string): string | Refusal<'too_long'> {
  return limited(text, LONG_TEXT_LENGTH_MAX, field)
}
