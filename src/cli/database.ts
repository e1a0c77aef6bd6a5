import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { openPostgres } from '../storage/postgres/open.ts'
import { bringUpToDate, findSchema, isNametags } from '../storage/postgres/schema.ts'
import type { PostgresOptions } from '../storage/postgres/store.ts'
import { openTransferSource } from '../storage/postgres/transfer-source.ts'
import { openTransferTarget } from '../storage/postgres/transfer-target.ts'
import type { Schema } from '../storage/schema.ts'
import type { Store } from '../storage/store.ts'
import { lateDigest, takeTokenKey } from '../storage/token-key-check.ts'
import type { TransferSource, TransferTarget } from '../storage/transfer.ts'
import { CannotStart } from './cannot-start.ts'
import { codeOf, reasonOf } from './error-reason.ts'
import { expectWhole } from './expect-whole.ts'
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
  return keyed(store, place, use)
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

export async function openDatabaseSource(place: Database): Promise<TransferSource> {
  return within(place, () => openTransferSource(place.url))
}

export async function openDatabaseTarget(place: Database): Promise<TransferTarget> {
  return within(place, () => openTransferTarget(place.url))
}

async function within<Found>(place: Database, work: () => Promise<Found>): Promise<Found> {
  try {
    return await work()
  } catch (error) {
    throw new CannotStart(`${capital(nameOf(place))} cannot be used: ${reasonOf(error)}${adviceOn(error)}`, {
      cause: error,
    })
  }
}

/** Nobody answers there, or nobody is let in. Every other reason says itself what to change. */
function adviceOn(error: unknown): string {
  const isAway = /^(?:E[A-Z]|28|3D)/.test(codeOf(error) ?? '')
  return isAway ? ' Check host, name, user and password; "nametag doctor" looks closer.' : ''
}

async function keyed(store: Store, place: Database, use: (key: Buffer) => void): Promise<OpenDatabase> {
  const file = place.tokenKey
  try {
    await expectWhole(store, nameOf(place))
    const hadKey = existsSync(file)
    use(await takeTokenKey(store, { file, isAlone: false }))
    return { store, madeKey: hadKey ? undefined : resolve(file), close: () => store.close() }
  } catch (error) {
    await store.close()
    throw new CannotStart((error as Error).message, { cause: error })
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
