import type { Store } from '../store.ts'
import { connect } from './connection.ts'
import { hasTable, MIGRATE_TIMEOUT_MS, migrate } from './migrate.ts'
import { type PostgresOptions, PostgresStore } from './store.ts'
import { openSeen } from './watch.ts'

/** Opens a store and brings its schema up to date. Rejects with one plain sentence where it cannot. */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  await bringUpToDate(options.url)
  const db = connect(options.url)
  try {
    return new PostgresStore(db, options, (await openSeen(db)([])).nextExpiration)
  } catch (error) {
    await db.close()
    throw error
  }
}

/** Whether the database is one of ours, which is found out without making it so. */
export async function isNametags(url: string): Promise<boolean> {
  const db = connect(url)
  try {
    return await hasTable(db)
  } finally {
    await db.close()
  }
}

async function bringUpToDate(url: string): Promise<void> {
  const db = connect(url, MIGRATE_TIMEOUT_MS)
  try {
    await migrate(db)
  } finally {
    await db.close()
  }
}
