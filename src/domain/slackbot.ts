import type { SlackbotMessage } from './event.ts'
import type { UserId } from './ids.ts'

/** Who speaks, and acts, where no person does. */
export const SLACKBOT = 'USLACKBOT' as UserId

/** Slack: a changed address "will … also post a slackbot message to the user" — users.profile.set, email. Our words. */
export function emailChangedMessage(userId: UserId, from: string | null, to: string): SlackbotMessage {
  const before = from === null ? '' : `, instead of ${from}`
  const advice = 'If you did not expect this, tell an admin of your team.'
  return { kind: 'message', userId, text: `Your email address is now ${to}${before}. ${advice}` }
}
