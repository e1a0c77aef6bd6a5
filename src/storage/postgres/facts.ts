import { KEY_NOTE } from '../token-key-check.ts'
import { IMPORT_NOTE } from '../transfer.ts'
import { type Connection, connect } from './connection.ts'
import { openNotes } from './notes.ts'
import { openTokens } from './tokens.ts'

/** What an operator may want to know of a database. What the user may not see, or an engine does not have, is absent. */
export interface DatabaseFacts {
  /** Milliseconds that one question takes. */
  readonly roundTripMs: number
  /** By how much this machine's clock is ahead of the database's. */
  readonly clockAheadMs: number
  readonly version: string
  readonly isStandby: boolean
  /** Whether it is reached over a network, and whether encrypted. */
  readonly isRemote: boolean
  readonly isEncrypted: boolean | undefined
  readonly settings: ReadonlyMap<string, string>
  readonly connections: Connections | undefined
  readonly standbys: readonly Standby[]
  readonly mayMakeTables: boolean
}

export interface Connections {
  readonly used: number
  /** What the server, the database and the user allow, the smallest of them. */
  readonly max: number
}

export interface Standby {
  readonly name: string
  readonly state: string | null
  /** `sync`, `quorum`, `potential` or `async`. */
  readonly sync: string | null
}

/** Of the tables, where they are there and up to date. */
export interface ContentFacts {
  readonly hasTokens: boolean
  readonly keyCheck: string | undefined
  readonly isImporting: boolean
  /** Servers that run on it just now. */
  readonly nodes: number
}

export async function findFacts(url: string): Promise<DatabaseFacts> {
  const pool = connect(url)
  try {
    const db = await pool.connect()
    try {
      return await allFacts(db)
    } finally {
      db.release()
    }
  } finally {
    await pool.close()
  }
}

async function allFacts(db: Connection): Promise<DatabaseFacts> {
  // The first question also makes the connection.
  await db.prepare('select 1 as one').get()
  const start = { at: performance.now(), clock: Date.now() }
  const now = await db
    .prepare<[], { ms: number }>('select extract(epoch from clock_timestamp())::float8 * 1000 as ms')
    .get()
  const roundTripMs = performance.now() - start.at
  return {
    roundTripMs,
    clockAheadMs: start.clock + roundTripMs / 2 - (now?.ms ?? start.clock),
    ...(await findServer(db)),
    isEncrypted: (await ask<{ ssl: boolean }>(db, 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'))[0]?.ssl,
    settings: await findSettings(db),
    connections: await findConnections(db),
    standbys: await ask<Standby>(db, STANDBYS),
  }
}

/** Nothing where the question is refused. */
async function ask<Row extends object>(db: Connection, text: string): Promise<readonly Row[]> {
  try {
    return await db.prepare<[], Row>(text).all()
  } catch {
    return []
  }
}

async function findServer(db: Connection) {
  const found = await db
    .prepare<[], Pick<DatabaseFacts, 'version' | 'isStandby' | 'isRemote' | 'mayMakeTables'>>(`
      select
        version() as version,
        pg_is_in_recovery() as "isStandby",
        inet_server_addr() is not null as "isRemote",
        has_schema_privilege(current_schema(), 'create') as "mayMakeTables"`)
    .get()
  return found ?? { version: '', isStandby: false, isRemote: true, mayMakeTables: false }
}

const SETTINGS = [
  'server_encoding',
  'synchronous_commit',
  'fsync',
  'full_page_writes',
  'default_transaction_read_only',
  'synchronous_standby_names',
]

async function findSettings(db: Connection): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .prepare<[names: readonly string[]], { name: string; setting: string }>(
      'select name, setting from pg_settings where name = any($1::text[])',
    )
    .all(SETTINGS)
  return new Map(rows.map(({ name, setting }) => [name, setting]))
}

async function findConnections(db: Connection): Promise<Connections | undefined> {
  const [found] = await ask<Connections>(db, CONNECTIONS)
  return found
}

const CONNECTIONS = `
  select
    (select count(*) from pg_stat_activity where backend_type = 'client backend') as used,
    least(
      current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint,
      nullif((select datconnlimit from pg_database where datname = current_database()), -1),
      nullif((select rolconnlimit from pg_roles where rolname = current_user), -1)
    ) as max`

const STANDBYS = `
  select
    application_name as name,
    state,
    sync_state as sync
  from
    pg_stat_replication
  order by
    application_name`

/** The tables have to be up to date. */
export async function findContent(url: string): Promise<ContentFacts> {
  const db = connect(url)
  try {
    const notes = openNotes(db)
    const nodes = await db
      .prepare<[], { nodes: number }>('select count(*) as nodes from nodes where valid_until > now()')
      .get()
    return {
      hasTokens: await openTokens(db).hasAny(),
      keyCheck: await notes.find(KEY_NOTE),
      isImporting: (await notes.find(IMPORT_NOTE)) !== undefined,
      nodes: nodes?.nodes ?? 0,
    }
  } finally {
    await db.close()
  }
}
