import type { Store } from '../store.ts'
import { type Connection, connect } from './connection.ts'
import { migrate } from './migrate.ts'
import { openStore, type SqliteOptions } from './store.ts'

/** Opens a store and brings its schema up to date. Rejects with one plain sentence where it cannot. */
export async function openSqlite(options: SqliteOptions): Promise<Store> {
  const db = connect(options.path)
  try {
    return storeOn(db, options)
  } catch (error) {
    db.close()
    throw error
  }
}

/** A store on a connection that `connect` made. */
export function storeOn(db: Connection, options: SqliteOptions): Store {
  migrate(db)
  return openStore(db, options)
}
