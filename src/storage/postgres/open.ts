import type { Store } from '../store.ts'
import { openPools } from './pools.ts'
import { bringUpToDate } from './schema.ts'
import { openStore, type PostgresOptions } from './store.ts'
import { openSeen } from './watch.ts'

/** Opens a store and brings its schema up to date. Rejects with one plain sentence where it cannot. */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  await bringUpToDate(options.url)
  const pools = openPools(options.url)
  try {
    return openStore(pools, options, (await openSeen(pools.reading)([])).nextExpiration)
  } catch (error) {
    await pools.close()
    throw error
  }
}
