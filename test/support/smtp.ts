import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import type { Cleanup } from './server.ts'

export interface MailReceived {
  readonly from: string
  readonly to: readonly string[]
  /** The whole message, as it came. */
  readonly raw: string
}

export interface MailServer {
  readonly url: string
  readonly received: MailReceived[]
  /** How many connections were opened. */
  connections(): number
}

/** A real mail server on this machine, without encryption. */
export async function startMailServer(t: Cleanup, options: SMTPServerOptions = {}, port = 0): Promise<MailServer> {
  const received: MailReceived[] = []
  let connections = 0
  const server = new SMTPServer({
    authOptional: true,
    // Pooled connections stay open; the end of a test does not wait for them.
    closeTimeout: 50,
    disabledCommands: ['STARTTLS'],
    onConnect(_session, done) {
      connections++
      done()
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString(),
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port: taken } = server.server.address() as AddressInfo
  return { url: `smtp://127.0.0.1:${taken}`, received, connections: () => connections }
}
