import type { OtherFact } from '../event.ts'
import { emailChangedMessage } from '../slackbot.ts'
import type { Team } from '../team.ts'
import type { PendingEmail, User } from '../user.ts'

/** How long the link in a mail can be used. */
export const PENDING_EMAIL_SECONDS = 24 * 60 * 60

export interface EmailRequest {
  readonly team: Team
  /** The secret part of the link, for an address that has to be confirmed. Drawn beforehand, as a rule draws nothing. */
  readonly emailCode: string
  /** Unix milliseconds. */
  readonly now: number
}

export interface ChangedEmail {
  readonly email: string | null
  /** The present object where it did not change. */
  readonly pendingEmail: PendingEmail | undefined
  readonly facts: readonly OtherFact[]
}

/** An accepted address holds at once or waits for its confirmation, as the team has chosen — docs/decisions/0001. */
export function changeEmail(
  user: User,
  address: string | undefined,
  { team, emailCode, now }: EmailRequest,
): ChangedEmail {
  if (address === undefined) return { email: user.email, pendingEmail: user.pendingEmail, facts: NO_FACTS }
  const about = { userId: user.id, from: user.email, to: address }
  if (team.compat.emailChange === 'immediate') {
    const message = emailChangedMessage(user.id, user.email, address)
    return { email: address, pendingEmail: undefined, facts: [{ kind: 'email_changed', ...about }, message] }
  }
  // Of two addresses that wait, the later one counts: the link to the first no longer works.
  const expiresAt = Math.floor(now / 1000) + PENDING_EMAIL_SECONDS
  return {
    email: user.email,
    pendingEmail: { email: address, code: emailCode, expiresAt },
    facts: [{ kind: 'email_requested', ...about, code: emailCode, expiresAt }],
  }
}

/** The user with this address waiting, or none. */
export function withPendingEmail(user: User, pendingEmail: PendingEmail | undefined): User {
  if (pendingEmail === user.pendingEmail) return user
  const { pendingEmail: _replaced, ...rest } = user
  return pendingEmail === undefined ? rest : { ...rest, pendingEmail }
}

const NO_FACTS: readonly OtherFact[] = []
