import pg from 'pg'
import type { TeamId } from '../../domain/ids.ts'

/** Says whose logs may have something new, and no more: what it is, and whether, is read from the tables. Where no
 * notification comes through, as behind PgBouncer in transaction mode, looking every so often finds the same later. */
export interface Doorbell {
  /** Calls `onRing` when another process has rung. */
  open(onRing: (teamIds: Rung) => void): void
  /** Calls `onFreed` when a process has left work to others, this one too. Returns how to stop it. */
  openFreed(onFreed: () => void): () => void
  /** Rings at the others, soon. */
  ring(teamIds: Rung): void
  close(): Promise<void>
}

export type Rung = Iterable<TeamId> | 'all'

/** Where processes hear that work is free. */
export const FREED_CHANNEL = 'nametag_freed'

/** Commits of this time share a ring. */
const RING_EVERY_MS = 5
const RECONNECT_MS = 2000
const CONNECT_TIMEOUT_MS = 5000
/** PostgreSQL sends less than 8,000 bytes; longer lists stand for all teams. */
const PAYLOAD_LENGTH_MAX = 7000

/** A ring that a crash loses is no loss, so it waits for no disk. That holds for this one transaction: behind PgBouncer,
 * what is set for longer would stay in a connection that writes people next. */
const RING = "select set_config('synchronous_commit', 'off', true), pg_notify('nametag_log', $1)"

/** On a connection of its own, which it opens at the first ring or when somebody listens. */
export function createDoorbell(url: string): Doorbell {
  let client: Promise<pg.Client | undefined> | undefined
  let onRing: (teamIds: Rung) => void = () => {}
  const onFreed = new Set<() => void>()
  let ringing: NodeJS.Timeout | undefined
  let due: Set<TeamId> | 'all' = new Set()
  let isDue = false
  let isClosed = false

  const connection = () => {
    client ??= connect(url, { onRing: (payload) => onRing(readPayload(payload)), onFreed: hearFreed, onEnd: forget })
    return client
  }
  const forget = () => {
    if (isClosed) return
    setTimeout(() => {
      client = undefined
      if (!isClosed) void connection()
    }, RECONNECT_MS).unref()
  }

  const hearFreed = () => {
    for (const listener of onFreed) listener()
  }

  const ringSoon = () => {
    isDue = true
    ringing ??= setTimeout(async () => {
      const payload = writePayload(due)
      due = new Set()
      isDue = false
      const connected = await connection()
      await connected?.query(RING, [payload]).catch(() => {})
      ringing = undefined
      if (isDue) ringSoon()
    }, RING_EVERY_MS).unref()
  }

  const ring = (teamIds: Rung) => {
    if (isClosed) return
    if (teamIds === 'all') due = 'all'
    else if (due !== 'all') for (const teamId of teamIds) due.add(teamId)
    ringSoon()
  }

  return {
    open: (listener) => {
      onRing = listener
      void connection()
    },
    openFreed: (listener) => {
      onFreed.add(listener)
      void connection()
      return () => onFreed.delete(listener)
    },
    ring,
    close: async () => {
      isClosed = true
      clearTimeout(ringing)
      await (await client)?.end().catch(() => {})
    },
  }
}

function writePayload(teamIds: ReadonlySet<TeamId> | 'all'): string {
  const payload = teamIds === 'all' ? '' : [...teamIds].join(' ')
  return payload.length > PAYLOAD_LENGTH_MAX ? '' : payload
}

function readPayload(payload: string): Rung {
  return payload === '' ? 'all' : (payload.split(' ') as TeamId[])
}

/** Nothing where it cannot be had; `onEnd` is called once for each connection, or attempt at one. */
async function connect(url: string, { onRing, onFreed, onEnd }: Hearing): Promise<pg.Client | undefined> {
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
    if (ring.channel === FREED_CHANNEL) onFreed()
    else if (ring.processId !== processId()) onRing(ring.payload ?? '')
  })
  try {
    await client.connect()
    client.once('end', onEnd)
    await client.query(`listen nametag_log; listen ${FREED_CHANNEL}`)
    return client
  } catch {
    await client.end().catch(() => {})
    if (client.listenerCount('end') === 0) onEnd()
    return undefined
  }
}

interface Hearing {
  onRing(payload: string): void
  onFreed(): void
  onEnd(): void
}
