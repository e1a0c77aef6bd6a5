import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { end, install, type Place, run, serverOwner } from './postgres-process.ts'

/** A real PostgreSQL server of this process, on a socket in a temporary folder: it takes no port. */
export interface PostgresServer {
  /** Makes an empty database and gives its URL. */
  createDatabase(): Promise<string>
  /** Runs statements as the superuser, in the database of the server itself. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
  /** Ends all connections and starts anew with the same data; each of its files can then have so many bytes. */
  restart(fileBytesMax?: number): Promise<void>
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

/** Throws where the server cannot be had: a test that needs it fails then. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'nametag-pg-'))
  const owner = serverOwner()
  try {
    const place = await install(folder, owner)
    let running = await run(place, settings, owner)
    return serverOn(place, {
      restart: async (fileBytesMax) => {
        await end(place, running)
        running = await run(place, settings, owner, fileBytesMax)
      },
      stop: async () => {
        await end(place, running)
        rmSync(folder, { recursive: true })
      },
    })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function serverOn({ sockets }: Place, { restart, stop }: Pick<PostgresServer, 'restart' | 'stop'>): PostgresServer {
  const urlOf = (database: string) => `postgres://postgres@localhost/${database}?host=${encodeURIComponent(sockets)}`
  const query: PostgresServer['query'] = (text, values) => queryAt(urlOf('postgres'), text, values)
  let databases = 0
  return {
    createDatabase: async () => {
      databases += 1
      await query(`create database test_${databases}`)
      return urlOf(`test_${databases}`)
    },
    query,
    restart,
    stop,
  }
}

/** On a connection of its own. Of several statements in one text, nothing is answered. */
export async function queryAt<Row extends pg.QueryResultRow = Record<string, unknown>>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text, [...values])).rows ?? []
  } finally {
    await client.end()
  }
}
