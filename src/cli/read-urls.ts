import { parseSmtpUrl, type SmtpServer } from '../delivery/smtp-url.ts'
import type { FlagValues } from './read-flags.ts'
import { Wrong } from './wrong.ts'

export function readPublicUrl(values: FlagValues): string | null {
  const text = values.text('public-url')
  if (text === undefined) return null
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
    throw new Wrong('--public-url must be a URL such as https://people.example.com')
  }
  return url.href.replace(/\/+$/, '')
}

/** The value is never repeated: a password may stand in it. */
export function readSmtp(values: FlagValues): SmtpServer | null {
  const text = values.text('smtp-url')
  if (text === undefined) return null
  const server = parseSmtpUrl(text)
  if (server === undefined) {
    throw new Wrong('--smtp-url must be a URL such as smtps://user:password@mail.example.com?from=people@example.com')
  }
  return server
}
