import type { Caches } from './caches.ts'
import type { Pool } from './connection.ts'
import type { Pools } from './pools.ts'
import type { Tables } from './tables.ts'
import type { Telling } from './telling.ts'
import type { Writing } from './writing.ts'

/** What the roles of a store share. */
export interface Parts {
  /** Of those who read. */
  readonly db: Pool
  readonly pools: Pools
  readonly tables: Tables
  readonly caches: Caches
  readonly telling: Telling
  readonly writing: Writing
  readonly digest: (token: string) => string
}
