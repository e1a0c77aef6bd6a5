import { isEmail } from '../domain/profile/email.ts'

/** How mails are sent, from a URL such as `smtps://user:password@mail.example.com?from=people@example.com`. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** Encrypted from the first byte; else as soon as the server offers it. */
  readonly secure: boolean
  readonly auth: { readonly user: string; readonly pass: string } | undefined
  readonly from: string
}

const PORTS = { 'smtp:': 587, 'smtps:': 465 } as const

/** `undefined` where it is no such URL. Whoever complains of one must not repeat it: it may hold a password. */
export function parseSmtpUrl(text: string): SmtpServer | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '') {
    return undefined
  }
  if ((url.pathname !== '' && url.pathname !== '/') || url.hash !== '') return undefined
  if ([...url.searchParams.keys()].some((key) => key !== 'from')) return undefined
  const user = decode(url.username)
  const pass = decode(url.password)
  if (user === undefined || pass === undefined) return undefined
  const from = url.searchParams.get('from') ?? (isEmail(user) ? user : `nametag@${domainOf(url.hostname)}`)
  if (!isEmail(from) && from !== 'nametag@localhost') return undefined
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? PORTS[url.protocol] : Number(url.port),
    secure: url.protocol === 'smtps:',
    auth: user === '' ? undefined : { user, pass },
    from,
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function domainOf(hostname: string): string {
  return isEmail(`nametag@${hostname}`) && !/^[\d.]+$/.test(hostname) ? hostname : 'localhost'
}
