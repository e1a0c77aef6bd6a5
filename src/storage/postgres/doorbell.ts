import pg from 'pg'

/** Says that there may be something new, and no more: what it is, and whether, is read from the tables. Where no
 * notification comes through, as behind PgBouncer in transaction mode, looking every so often finds the same later. */
export interface Doorbell {
  /** Calls `onRing` when another process has rung. */
  open(onRing: () => void): void
  /** Rings at the others, soon. */
  ring(): void
  close(): Promise<void>
}

/** Commits of this time share a ring. */
const RING_EVERY_MS = 5
const RECONNECT_MS = 2000
const CONNECT_TIMEOUT_MS = 5000

/** A ring that a crash loses is no loss, so it waits for no disk. That holds for this one transaction: behind PgBouncer,
 * what is set for longer would stay in a connection that writes people next. */
const RING = "select set_config('synchronous_commit', 'off', true), pg_notify('nametag_log', '')"

/** On a connection of its own, which it opens at the first ring or when somebody listens. */
export function createDoorbell(url: string): Doorbell {
  let client: Promise<pg.Client | undefined> | undefined
  let onRing = () => {}
  let ringing: NodeJS.Timeout | undefined
  let isDue = false
  let isClosed = false

  const connection = () => {
    client ??= connect(url, () => onRing(), forget)
    return client
  }
  const forget = () => {
    if (isClosed) return
    setTimeout(() => {
      client = undefined
      if (!isClosed) void connection()
    }, RECONNECT_MS).unref()
  }

  const ring = () => {
    if (isClosed) return
    isDue = true
    ringing ??= setTimeout(async () => {
      isDue = false
      const connected = await connection()
      await connected?.query(RING).catch(() => {})
      ringing = undefined
      if (isDue) ring()
    }, RING_EVERY_MS).unref()
  }

  return {
    open: (listener) => {
      onRing = listener
      void connection()
    },
    ring,
    close: async () => {
      isClosed = true
      clearTimeout(ringing)
      await (await client)?.end().catch(() => {})
    },
  }
}

/** Nothing where it cannot be had; `onEnd` is called once for each connection, or attempt at one. */
async function connect(url: string, onRing: () => void, onEnd: () => void): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
    application_name: 'nametag doorbell',
    keepAlive: true,
  })
  const processId = () => Reflect.get(client, 'processID')
  client.on('error', () => {})
  client.on('notification', (ring) => {
    if (ring.processId !== processId()) onRing()
  })
  try {
    await client.connect()
    client.once('end', onEnd)
    await client.query('listen nametag_log')
    return client
  } catch {
    await client.end().catch(() => {})
    if (client.listenerCount('end') === 0) onEnd()
    return undefined
  }
}
