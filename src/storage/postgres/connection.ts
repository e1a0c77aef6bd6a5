import pg from 'pg'
import { StorageUnavailable } from '../store.ts'
import { ConnectionLost, isAborted, isUseless, isWarning, outageOf } from './outages.ts'

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
  /** How many warnings the server has sent. */
  warnings(): number
  /** Whether nothing more is to be sent. */
  isLost(): boolean
  release(): void
}

/** All connections to one database. */
export interface Pool extends Connection {
  connect(): Promise<Session>
  close(): Promise<void>
}

/** Of one pool. */
const CONNECTIONS_MAX = 5
const CONNECT_TIMEOUT_MS = 5000
/** Longer than the server's own timeout, which is told with a proper error; this one costs the connection. */
const QUERY_TIMEOUT_MS = 8000
const CLOSE_TIMEOUT_MS = 3000

export function connect(
  url: string,
  queryTimeoutMs: number = QUERY_TIMEOUT_MS,
  connectionsMax: number = CONNECTIONS_MAX,
): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
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
  const ages = agesOf(pool)
  let isClosed = false

  const openSession = async () => {
    if (isClosed) throw new StorageUnavailable('The store is closed.')
    try {
      let client = await pool.connect()
      while (ages.isSuspect(client)) {
        client.release(true)
        client = await pool.connect()
      }
      return sessionOf(client, () => ages.lose(client))
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

interface Ages {
  lose(client: pg.PoolClient): void
  isSuspect(client: pg.PoolClient): boolean
}

/** Where one connection was lost, others as old may lead to the same dead or demoted server without having been told:
 * whoever waits for an answer on them would wait for a timeout. They are given up instead. */
function agesOf(pool: pg.Pool): Ages {
  let age = 0
  const ages = new WeakMap<object, number>()
  pool.on('connect', (client) => ages.set(client, age))
  return {
    lose: (client) => {
      age = Math.max(age, (ages.get(client) ?? 0) + 1)
    },
    isSuspect: (client) => (ages.get(client) ?? 0) < age,
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
      if (attempt === ATTEMPTS_MAX || !isUseless(error)) throw outageOf(error)
    } finally {
      session.release()
    }
  }
}

const ATTEMPTS_MAX = 2

function sessionOf(client: pg.PoolClient, onLost: () => void): OwnSession {
  let isBroken = false
  let warnings = 0
  let abortedBy: unknown
  const onEnd = () => {
    isBroken = true
  }
  const onNotice = (notice: { readonly code?: string | undefined }) => {
    if (isWarning(notice)) warnings += 1
  }
  client.once('error', onEnd)
  client.once('end', onEnd)
  client.on('notice', onNotice)

  const send = async (text: string, values?: readonly unknown[]): Promise<pg.QueryResult> => {
    try {
      const results: pg.QueryResult | pg.QueryResult[] = await client.query(text, values && [...values])
      // Of several statements in one text, the last one counts.
      return Array.isArray(results) ? results.at(-1) : results
    } catch (error) {
      const failure = error instanceof pg.DatabaseError ? error : new ConnectionLost(String(error), { cause: error })
      if (isUseless(failure)) isBroken = true
      // What was sent together with a statement that failed fails because of it.
      abortedBy ??= failure
      throw isAborted(failure) ? abortedBy : failure
    }
  }

  return {
    query: send,
    prepare: (text) => statementOf((values) => send(text, values)),
    exec: async (text) => (await send(text)).command,
    warnings: () => warnings,
    isLost: () => isBroken,
    release: () => {
      client.off('error', onEnd)
      client.off('end', onEnd)
      client.off('notice', onNotice)
      if (isBroken) onLost()
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
