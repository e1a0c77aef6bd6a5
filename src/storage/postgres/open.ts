import type { Store } from '../store.ts'
import { connect } from './connection.ts'
import { bringUpToDate } from './schema.ts'
import { openStore, type PostgresOptions } from './store.ts'
import { openSeen } from './watch.ts'

/** Opens a store and brings its schema up to date. Rejects with one plain sentence where it cannot. */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  await bringUpToDate(options.url)
  const db = connect(options.url)
  try {
    return openStore(db, options, (await openSeen(db)([])).nextExpiration)
  } catch (error) {
    await db.close()
    throw error
  }
}
