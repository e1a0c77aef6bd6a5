import { randomBytes } from 'node:crypto'
import pg from 'pg'

const TIMEOUT_MS = 3000

/** Whether a notification of one connection comes through to another, which no pooler of transactions lets it. */
export async function hearsNotifications(url: string): Promise<boolean> {
  const channel = `nametag_probe_${randomBytes(6).toString('hex')}`
  const clients = [1, 2].map(() => {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
    })
    client.on('error', () => {})
    return client
  })
  const [listener, caller] = clients as [pg.Client, pg.Client]
  try {
    await Promise.all(clients.map((client) => client.connect()))
    const heard = new Promise<boolean>((resolve) => {
      listener.once('notification', () => resolve(true))
      setTimeout(() => resolve(false), TIMEOUT_MS).unref()
    })
    await listener.query(`listen ${channel}`)
    await caller.query(`notify ${channel}`)
    return await heard
  } finally {
    await Promise.allSettled(clients.map((client) => client.end()))
  }
}
