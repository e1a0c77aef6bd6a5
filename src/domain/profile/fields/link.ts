import { isRefusal, type Refusal, refuse } from '../../errors.ts'
import { limited } from './text.ts'

/** Slack: "any valid link that's not more than 256 characters" — users.profile.set, link */
export const LINK_LENGTH_MAX = 256

/** An absolute http, https or mailto address: a page may show it as a link, so nothing that runs — docs/decisions/0010 */
export function parseLink(text: string, field: string): string | Refusal<'too_long' | 'profile_set_failed'> {
  const link = limited(text, LINK_LENGTH_MAX, field)
  if (isRefusal(link) || isLink(link)) return link
  return refuse('profile_set_failed', `${field} takes an absolute http, https or mailto address.`, { field })
}

function isLink(text: string): boolean {
  // URL itself would forgive spaces, line breaks and a missing `//`.
  if (/[\s\p{Cc}]/u.test(text)) return false
  if (/^mailto:/i.test(text)) return /^mailto:[^@?]+@[^@?]+/i.test(text) && URL.canParse(text)
  return /^https?:\/\/[^/]/i.test(text) && URL.canParse(text)
}
