import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { openPostgres } from '../storage/postgres/open.ts'
import { bringUpToDate, findSchema, isNametags } from '../storage/postgres/schema.ts'
import type { PostgresOptions } from '../storage/postgres/store.ts'
import type { Schema } from '../storage/schema.ts'
import type { Store } from '../storage/store.ts'
import { lateDigest, takeTokenKey } from '../storage/token-key-check.ts'
import { CannotStart } from './cannot-start.ts'
import { type Database, nameOf } from './store-place.ts'

/** A store in a database, which other processes may have open too. */
export interface OpenDatabase {
  readonly store: Store
  /** The file of the token key, where there was none before. */
  readonly madeKey: string | undefined
  close(): Promise<void>
}

export async function openDatabase(
  place: Database,
  options: Pick<PostgresOptions, 'shardByTeam'> = {},
): Promise<OpenDatabase> {
  const { digest, use } = lateDigest()
  const store = await within(place, () => openPostgres({ url: place.url, tokenDigest: digest, ...options }))
  return keyed(store, place.tokenKey, use)
}

/** Whether a server has ever used the database. */
export async function hasTables(place: Database): Promise<boolean> {
  return within(place, () => isNametags(place.url))
}

export async function migrateDatabase(place: Database): Promise<readonly string[]> {
  return within(place, () => bringUpToDate(place.url))
}

export async function findDatabaseSchema(place: Database): Promise<Schema> {
  return within(place, () => findSchema(place.url))
}

async function within<Found>(place: Database, work: () => Promise<Found>): Promise<Found> {
  try {
    return await work()
  } catch (error) {
    throw new CannotStart(`${capital(nameOf(place))} cannot be used: ${reasonOf(error)}`, { cause: error })
  }
}

async function keyed(store: Store, file: string, use: (key: Buffer) => void): Promise<OpenDatabase> {
  try {
    const hadKey = existsSync(file)
    use(await takeTokenKey(store, { file, isAlone: false }))
    return { store, madeKey: hadKey ? undefined : resolve(file), close: () => store.close() }
  } catch (error) {
    await store.close()
    throw new CannotStart((error as Error).message, { cause: error })
  }
}

/** What the driver says, which holds no password. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return reasonOf(error.cause)
  // Where a name has several addresses, each has its own reason.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error.message.endsWith('.') ? error.message : `${error.message}.`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
