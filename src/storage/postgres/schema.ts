import { nameOfMigration, type Schema } from '../schema.ts'
import { connect, type Pool } from './connection.ts'
import { findMissing, hasTable, MIGRATE_TIMEOUT_MS, migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'

/** What a database lacks. Changes nothing, also while servers have it open. */
export async function findSchema(url: string): Promise<Schema> {
  return withPool(connect(url), async (db) => ({
    missing: (await findMissing(db)).map(nameOfMigration),
    newest: MIGRATIONS.length,
  }))
}

/** Brings it up to date, and gives the names of the migrations that ran. */
export async function bringUpToDate(url: string): Promise<readonly string[]> {
  return withPool(connect(url, MIGRATE_TIMEOUT_MS), async (db) => (await migrate(db)).map(nameOfMigration))
}

/** Whether the database is one of ours, which is found out without making it so. */
export async function isNametags(url: string): Promise<boolean> {
  return withPool(connect(url), hasTable)
}

async function withPool<Found>(db: Pool, work: (db: Pool) => Promise<Found>): Promise<Found> {
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}
