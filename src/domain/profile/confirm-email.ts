import type { EventType, OtherFact } from '../event.ts'
import type { UserId } from '../ids.ts'
import { emailChangedMessage } from '../slackbot.ts'
import type { PendingEmail, User } from '../user.ts'
import { withPendingEmail } from './change-email.ts'
import { updatedAt } from './change-profile.ts'
import { foldEmail } from './email.ts'

/** What became of a link: `open` until somebody presses its button. `used` stands for every link that is none of ours,
 * too: whoever tries codes learns nothing. */
export type EmailLink = 'open' | 'confirmed' | 'expired' | 'used' | 'taken'

export interface ConfirmRequest {
  readonly user: User
  readonly code: string
  /** Lower-cased address to its owner, for the address that waits. */
  readonly emailOwners: ReadonlyMap<string, UserId>
  /** Unix milliseconds. */
  readonly now: number
}

export interface Confirmation {
  readonly link: EmailLink
  /** The identical object unless the link is `confirmed`. */
  readonly user: User
  readonly events: readonly EventType[]
  readonly facts: readonly OtherFact[]
  /** Unix milliseconds. */
  readonly at: number
}

/** Lets the address hold that its owner has confirmed — docs/decisions/0001, email_change. */
export function confirmEmail({ user, code, emailOwners, now }: ConfirmRequest): Confirmation {
  const pending = user.pendingEmail
  const link = judgeLink(user, code, now)
  if (link !== 'open' || pending === undefined) return unchanged(user, link, now)
  const owner = emailOwners.get(foldEmail(pending.email))
  // Slack: "It cannot … be in use by another member of the same team." — users.profile.set, email
  if (owner !== undefined && owner !== user.id) return unchanged(user, 'taken', now)

  const { email: to } = pending
  return {
    link: 'confirmed',
    user: { ...withPendingEmail(user, undefined), email: to, updated: updatedAt(user, now) },
    events: ['user_change', 'user_profile_changed'],
    facts: [
      { kind: 'email_changed', userId: user.id, from: user.email, to },
      emailChangedMessage(user.id, user.email, to),
    ],
    at: now,
  }
}

/** Whether the link still works; whether its address is still free shows when it is used. */
export function judgeLink(user: User, code: string, now: number): 'open' | 'expired' | 'used' {
  const pending: PendingEmail | undefined = user.pendingEmail
  if (pending === undefined || user.deleted || !isSameSecret(code, pending.code)) return 'used'
  return pending.expiresAt * 1000 <= now ? 'expired' : 'open'
}

function unchanged(user: User, link: EmailLink, at: number): Confirmation {
  return { link, user, events: [], facts: [], at }
}

/** Takes as long for a code that is wrong at its end as for one that is wrong at its beginning. */
function isSameSecret(given: string, secret: string): boolean {
  let difference = given.length ^ secret.length
  for (let at = 0; at < secret.length; at++) difference |= (given.charCodeAt(at) || 0) ^ secret.charCodeAt(at)
  return difference === 0 && secret !== ''
}
