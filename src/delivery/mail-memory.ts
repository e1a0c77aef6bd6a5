import type { Post } from './mail-post.ts'
import { nameOf } from './mail-texts.ts'

const MAILS_MAX = 10_000

/** A mail as the controls of `dev` show it. */
export interface MailShown {
  readonly id: string
  /** Unix seconds, with milliseconds. */
  readonly at: number
  readonly team: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Keeps the last mails instead of sending them. */
export interface MemoryPost extends Post {
  /** Oldest first. */
  mail(): readonly MailShown[]
  clear(): void
}

export function createMemoryPost(): MemoryPost {
  const mails = new Map<string, MailShown>()
  return {
    async send(mail) {
      const { at, teamId, to, subject, text } = mail
      const id = nameOf(mail)
      mails.set(id, { id, at: at / 1000, team: teamId, to, subject, text })
      const [oldest] = mails.keys()
      if (mails.size > MAILS_MAX && oldest !== undefined) mails.delete(oldest)
    },
    close: async () => undefined,
    mail: () => [...mails.values()],
    clear: () => mails.clear(),
  }
}

/** Sends mails, and keeps those that were sent. */
export function keepingIn(mailbox: MemoryPost, post: Post): Post {
  return {
    async send(mail) {
      await post.send(mail)
      await mailbox.send(mail)
    },
    close: () => post.close(),
  }
}
