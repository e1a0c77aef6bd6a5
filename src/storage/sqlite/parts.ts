import type { Commits } from '../commits.ts'
import type { Caches } from './caches.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { Connection } from './connection.ts'
import type { Gate } from './gate.ts'
import type { OwnLeases } from './leases.ts'
import type { Tables } from './tables.ts'
import type { Writing } from './writing.ts'

/** What the roles of a store share. */
export interface Parts {
  readonly db: Connection
  readonly gate: Gate
  readonly tables: Tables
  readonly caches: Caches
  readonly commits: Commits
  readonly checkpoints: Checkpoints | undefined
  readonly leases: OwnLeases
  readonly writing: Writing
  readonly digest: (token: string) => string
}
