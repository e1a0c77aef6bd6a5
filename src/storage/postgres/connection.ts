import pg from 'pg'
import { StorageUnavailable } from '../store.ts'
import { ConnectionLost, isAborted, isLost, outageOf } from './outages.ts'

/** Where statements go: to any connection, each with its own commit, or to one connection in the midst of a transaction. */
export interface Connection {
  prepare<Values extends readonly unknown[], Row extends object>(text: string): Statement<Values, Row>
}

/** A statement with its parameters left open. Nothing of it stays in a connection: behind PgBouncer, the next call may
 * come to another one. */
export interface Statement<Values extends readonly unknown[], Row> {
  get(...values: Values): Promise<Row | undefined>
  all(...values: Values): Promise<readonly Row[]>
  run(...values: Values): Promise<{ readonly changes: number }>
}

/** One connection for one caller, until it is released. Statements that are sent together travel together. */
export interface Session extends Connection {
  /** Runs statements without parameters, and gives the last one's command tag. */
  exec(text: string): Promise<string>
  /** Whether nothing more can be sent. */
  isLost(): boolean
  release(): void
}

/** All connections to one database. */
export interface Pool extends Connection {
  connect(): Promise<Session>
  close(): Promise<void>
}

/** Of one process. One connection writes: several would make more commits with fewer calls in each, and one person's calls
 * would have to be kept from overtaking each other. The others read. */
const CONNECTIONS_MAX = 5
const CONNECT_TIMEOUT_MS = 5000
/** Longer than the server's own timeout, which is told with a proper error; this one costs the connection. */
const QUERY_TIMEOUT_MS = 8000
const CLOSE_TIMEOUT_MS = 3000

export function connect(url: string, queryTimeoutMs: number = QUERY_TIMEOUT_MS): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: queryTimeoutMs,
    application_name: 'nametag',
    keepAlive: true,
    pipeline: true,
    types: { getTypeParser },
  })
  // The pool drops a connection that breaks, and whoever used it hears of it from the statement that failed.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  let isClosed = false

  const openSession = async () => {
    if (isClosed) throw new StorageUnavailable('The store is closed.')
    try {
      return sessionOf(await pool.connect())
    } catch (error) {
      throw new StorageUnavailable('PostgreSQL takes no connection.', { cause: error })
    }
  }

  return {
    prepare: (text) => statementOf((values) => runAlone(openSession, text, values)),
    connect: openSession,
    close: async () => {
      if (isClosed) return
      isClosed = true
      const timer = new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref())
      await Promise.race([pool.end(), timer])
    },
  }
}

interface OwnSession extends Session {
  query(text: string, values: readonly unknown[]): Promise<pg.QueryResult>
}

/** An idle connection may have been cut without a word, so what only reads is sent a second time. */
async function runAlone(
  openSession: () => Promise<OwnSession>,
  text: string,
  values: readonly unknown[],
): Promise<pg.QueryResult> {
  for (let attempt = 1; ; attempt += 1) {
    const session = await openSession()
    try {
      return await session.query(text, values)
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !isLost(error)) throw outageOf(error)
    } finally {
      session.release()
    }
  }
}

const ATTEMPTS_MAX = 2

function sessionOf(client: pg.PoolClient): OwnSession {
  let isBroken = false
  let abortedBy: unknown
  const onEnd = () => {
    isBroken = true
  }
  client.once('error', onEnd)
  client.once('end', onEnd)

  const send = async (text: string, values?: readonly unknown[]): Promise<pg.QueryResult> => {
    try {
      const results: pg.QueryResult | pg.QueryResult[] = await client.query(text, values && [...values])
      // Of several statements in one text, the last one counts.
      return Array.isArray(results) ? results.at(-1) : results
    } catch (error) {
      const failure = error instanceof pg.DatabaseError ? error : new ConnectionLost(String(error), { cause: error })
      if (isLost(failure)) isBroken = true
      // What was sent together with a statement that failed fails because of it.
      abortedBy ??= failure
      throw isAborted(failure) ? abortedBy : failure
    }
  }

  return {
    query: send,
    prepare: (text) => statementOf((values) => send(text, values)),
    exec: async (text) => (await send(text)).command,
    isLost: () => isBroken,
    release: () => {
      client.off('error', onEnd)
      client.off('end', onEnd)
      client.release(isBroken)
    },
  }
}

function statementOf<Values extends readonly unknown[], Row>(
  query: (values: readonly unknown[]) => Promise<pg.QueryResult>,
): Statement<Values, Row> {
  return {
    get: async (...values) => (await query(values)).rows[0],
    all: async (...values) => (await query(values)).rows,
    run: async (...values) => ({ changes: (await query(values)).rowCount ?? 0 }),
  }
}

/** The driver gives a `bigint` as text; ours are times and positions, which numbers hold. */
function getTypeParser(type: number, format?: 'text' | 'binary') {
  return type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format ?? 'text')
}
