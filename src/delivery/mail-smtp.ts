import { isLoopback } from '../loopback.ts'
import { messageOf } from './mail-message.ts'
import { type Post, Undeliverable } from './mail-post.ts'
import type { SmtpServer } from './smtp-url.ts'

const CONNECTIONS_MAX = 2
const MESSAGES_PER_CONNECTION_MAX = 100
const CONNECT_MS_MAX = 10_000
const SILENCE_MS_MAX = 20_000
const SEND_TIMEOUT_MS = 60_000

/** Sends mails through somebody else's mail server. */
export function createSmtpPost(server: SmtpServer, sendTimeoutMs = SEND_TIMEOUT_MS): Post {
  let transport: Promise<Transport> | undefined
  return {
    async send(mail) {
      transport ??= open()
      const { sendMail } = await transport
      await within(sendTimeoutMs, sendMail(messageOf(mail, server.from)).then(checkTaken, rethrow))
    },
    async close() {
      const opened = await transport
      opened?.close()
    },
  }

  async function open(): Promise<Transport> {
    // Loaded with the first mail: most servers send none, and all of them have to start quickly.
    const { createTransport } = await import('nodemailer')
    const pool = createTransport({
      pool: true,
      ...optionsOf(server),
      maxConnections: CONNECTIONS_MAX,
      maxMessages: MESSAGES_PER_CONNECTION_MAX,
    })
    return { sendMail: (message) => pool.sendMail(message), close: () => pool.close() }
  }
}

/** Goes as far as a mail would, and sends none. Why the server cannot be used; nothing where it can. */
export async function checkSmtp(server: SmtpServer): Promise<string | undefined> {
  const { createTransport } = await import('nodemailer')
  const transport = createTransport(optionsOf(server))
  try {
    await within(
      SEND_TIMEOUT_MS,
      transport.verify().then(() => undefined, rethrow),
    )
    return undefined
  } catch (error) {
    return error instanceof Undeliverable ? error.reason : 'connection_failed'
  } finally {
    transport.close()
  }
}

function optionsOf({ host, port, secure, auth }: SmtpServer) {
  return {
    host,
    port,
    secure,
    ...(auth === undefined ? {} : { auth }),
    // A password goes over the network encrypted or not at all.
    requireTLS: auth !== undefined && !secure && !isLoopback(host),
    // What does not leave this machine needs no name: a mail server here usually has a certificate that it made itself.
    tls: { rejectUnauthorized: !isLoopback(host) },
    connectionTimeout: CONNECT_MS_MAX,
    greetingTimeout: CONNECT_MS_MAX,
    dnsTimeout: CONNECT_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

interface Transport {
  sendMail(message: ReturnType<typeof messageOf>): Promise<{ readonly accepted: readonly unknown[] }>
  close(): void
}

function checkTaken({ accepted }: { readonly accepted: readonly unknown[] }): void {
  if (accepted.length === 0) throw new Undeliverable('recipient_refused', true)
}

const REASONS: Readonly<Record<string, string>> = {
  EAUTH: 'sign_in_refused',
  ECERTIFICATE: 'certificate_refused',
  EENVELOPE: 'recipient_refused',
  EMESSAGE: 'message_refused',
  ETLS: 'no_encryption',
  ETIMEDOUT: 'timeout',
}

interface SmtpError {
  readonly code?: unknown
  readonly message?: unknown
  readonly responseCode?: unknown
}

/** The library's errors repeat what the server said, addresses and all: of them only the kind is kept. */
function rethrow(error: SmtpError): never {
  const code = isAboutCertificate(error) ? 'ECERTIFICATE' : String(error.code)
  const isRefused = typeof error.responseCode === 'number' && error.responseCode >= 500
  const isFinal = isRefused && (code === 'EENVELOPE' || code === 'EMESSAGE')
  throw new Undeliverable((Object.hasOwn(REASONS, code) && REASONS[code]) || 'connection_failed', isFinal)
}

/** The library puts its own code in place of that of the connection, whose words stay. */
function isAboutCertificate({ code, message }: SmtpError): boolean {
  return code === 'ESOCKET' && /certificate/i.test(String(message))
}

async function within(ms: number, sending: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Undeliverable('timeout', false)), ms)
  })
  try {
    await Promise.race([sending, late])
  } finally {
    clearTimeout(timer)
    sending.catch(() => undefined)
  }
}
