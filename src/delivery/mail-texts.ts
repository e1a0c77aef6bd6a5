import type { EmailChanged, EmailRequested, LogEntry } from '../domain/event.ts'
import type { TeamId } from '../domain/ids.ts'
import { foldEmail, isEmail } from '../domain/profile/email.ts'
import { emailLink } from '../domain/profile/email-link.ts'

/** A plain-text mail to one address. */
export interface Mail {
  /** Always the same for the same entry and recipient, so that a mail which comes twice is known as one; unique in its
   * team. */
  readonly id: string
  readonly seq: number
  readonly teamId: TeamId
  /** Unix milliseconds. */
  readonly at: number
  readonly to: string
  readonly subject: string
  readonly text: string
}

export type MailEntry = LogEntry & (EmailChanged | EmailRequested)

/** The id, and whose: unique in the store. */
export function nameOf({ teamId, id }: Mail): string {
  return `${teamId}.${id}`
}

export interface MailSurroundings {
  readonly teamName: string
  /** Where this server is reached, without a slash at the end. */
  readonly publicUrl: string
}

export function isMailEntry(entry: LogEntry): entry is MailEntry {
  return entry.kind === 'email_changed' || entry.kind === 'email_requested'
}

/** The mails that tell of an entry: Slack's page promises one to the old and one to the new address. */
export function mailsOf(entry: MailEntry, { teamName, publicUrl }: MailSurroundings): readonly Mail[] {
  const name = onOneLine(teamName)
  const letters = entry.kind === 'email_changed' ? ofChange(entry, name) : ofRequest(entry, name, publicUrl)
  return letters
    .filter(({ to }) => isEmail(to))
    .map(({ whose, to, subject, lines }) => ({
      id: `mail-${entry.seq}-${whose}`,
      seq: entry.seq,
      teamId: entry.teamId,
      at: entry.at,
      to,
      subject,
      text: `${lines.join('\n')}\n\n-- \n${name}, ${publicUrl}\n`,
    }))
}

interface Letter {
  readonly whose: 'new' | 'old'
  readonly to: string
  readonly subject: string
  readonly lines: readonly string[]
}

function ofChange({ from, to }: EmailChanged, team: string): Letter[] {
  const before = from === null ? '' : `, instead of ${from}`
  const letters: Letter[] = [
    {
      whose: 'new',
      to,
      subject: `Your email address at ${team}`,
      lines: [`Your email address at ${team} is now ${to}${before}.`, '', NOT_EXPECTED],
    },
  ]
  if (from !== null && foldEmail(from) !== foldEmail(to)) {
    letters.push({
      whose: 'old',
      to: from,
      subject: `Your email address at ${team} was changed`,
      lines: [
        `Your email address at ${team} is no longer ${from}. It is now ${to}, and mail goes there.`,
        '',
        NOT_EXPECTED,
      ],
    })
  }
  return letters
}

function ofRequest(entry: LogEntry & EmailRequested, team: string, publicUrl: string): Letter[] {
  const { from, to, expiresAt } = entry
  const until = new Date(expiresAt * 1000).toISOString().replace('T', ' ').slice(0, 16)
  const letters: Letter[] = [
    {
      whose: 'new',
      to,
      subject: `Confirm your email address at ${team}`,
      lines: [
        `An admin of ${team} has asked for ${to} to be your email address there.`,
        'Open this link and confirm it:',
        '',
        emailLink(publicUrl, entry),
        '',
        `The link works once, until ${until} UTC. If you know nothing of this, do nothing: then nothing changes.`,
      ],
    },
  ]
  if (from !== null && foldEmail(from) !== foldEmail(to)) {
    letters.push({
      whose: 'old',
      to: from,
      subject: `Your email address at ${team} is about to change`,
      lines: [
        `An admin of ${team} has asked for ${to} to be your email address there, instead of ${from}.`,
        `It holds once it is confirmed with the link that was sent to ${to}.`,
        '',
        NOT_EXPECTED,
      ],
    })
  }
  return letters
}

const NOT_EXPECTED = 'If you did not expect this, tell an admin of your team.'

/** A team's name stands in subjects: a line break in it would begin another header. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\s\p{C}]+/gu, ' ').trim()
}
