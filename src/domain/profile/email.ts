import { type Refusal, refuse } from '../errors.ts'
import type { UserId } from '../ids.ts'
import type { User } from '../user.ts'

/** The longest address that mail can carry: RFC 5321, 4.5.3.1. */
export const EMAIL_LENGTH_MAX = 254
const LOCAL_PART_LENGTH_MAX = 64

/** Judges an address that differs from the present one. */
export function checkEmail(
  email: string,
  user: User,
  emailOwners: ReadonlyMap<string, UserId>,
): Refusal<'profile_set_failed' | 'email_taken'> | undefined {
  if (!isEmail(email)) {
    return refuse('profile_set_failed', 'email takes one address without spaces, with an @ and a domain.', {
      field: 'email',
    })
  }
  const owner = emailOwners.get(foldEmail(email))
  // Slack: "It cannot … be in use by another member of the same team." — users.profile.set, email
  if (owner !== undefined && owner !== user.id) return refuse('email_taken', 'email is in use.', { field: 'email' })
  return undefined
}

/** The form in which addresses are compared. */
export function foldEmail(email: string): string {
  return email.toLowerCase()
}

/** Slack: "It cannot have spaces … It must have an `@` and a domain." — users.profile.set, email; docs/decisions/0047. What could end one mail
 * header and begin another is refused too. */
export function isEmail(text: string): boolean {
  if (text.length > EMAIL_LENGTH_MAX || /[\s\p{C}<>()[\]\\,;:"]/u.test(text)) return false
  const at = text.indexOf('@')
  if (at < 1 || at > LOCAL_PART_LENGTH_MAX) return false
  const labels = text.slice(at + 1).split('.')
  return labels.length > 1 && labels.every(isLabel)
}

/** Whether whoever checks JSON Schema's format `email` takes an address: that of RFC 5321, 4.1.2, which is ASCII. */
export function isAsciiEmail(email: string): boolean {
  return ASCII_EMAIL.test(email)
}

const ASCII_EMAIL = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i

function isLabel(label: string): boolean {
  return /^[\p{L}\p{M}\p{N}-]{1,63}$/u.test(label) && !label.startsWith('-') && !label.endsWith('-')
}
