import type { Refusal } from '../../errors.ts'
import { limited } from './text.ts'

/** Slack: "The `alt` field can be up to 256 characters for all field types." — users.profile.set */
export const ALT_LENGTH_MAX = 256

export function parseAlt(text: string, field: string): string | Refusal<'too_long'> {
  return limited(text, ALT_LENGTH_MAX, field)
}
