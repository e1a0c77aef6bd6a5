import { leasesByTeam } from '../leases-by-team.ts'
import { DEFAULT_LIMITS, type StoreLimits } from '../limits.ts'
import type { Store } from '../store.ts'
import { openAdministration } from './administration.ts'
import { Caches } from './caches.ts'

import { createDoorbell, type Doorbell } from './doorbell.ts'
import { openLeases } from './leases.ts'
import { openListening } from './listening.ts'
import { openOperation } from './operation.ts'
import { counted } from './own-writes.ts'
import type { Parts } from './parts.ts'
import type { Pools } from './pools.ts'
import { openProgress } from './progress.ts'
import { openReading } from './reading.ts'
import { openTables } from './tables.ts'
import { Telling } from './telling.ts'
import { openTickets } from './tickets.ts'
import { openTransaction } from './transaction.ts'
import { Writing } from './writing.ts'

export interface PostgresOptions {
  /** `postgres://…` */
  readonly url: string
  /** What is stored of a token. It must not lead back to the token. */
  readonly tokenDigest: (token: string) => string | Buffer
  readonly limits?: Partial<StoreLimits>
  /** Whether processes ring at each other with LISTEN and NOTIFY; without, they see each other's commits 0.1 s later. */
  readonly doorbell?: boolean
  /** Whether each transaction writes one team, for databases that shard by it. */
  readonly shardByTeam?: boolean
}

/** A store on a pool whose schema is up to date. `nextExpiration` is in Unix seconds; 0 where no status expires. */
export function openStore(pools: Pools, options: PostgresOptions, nextExpiration: number): Store {
  const { url, doorbell: hasDoorbell = true, shardByTeam = false } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const doorbell = hasDoorbell ? createDoorbell(url) : null
  const parts = openParts(pools, options, { limits, doorbell, nextExpiration })
  const { queue } = parts.writing
  const tickets = openTickets(pools.reading, limits.ticketsMax)
  const leases = openLeases(pools.writing, doorbell)
  return {
    isShared: true,
    leases: shardByTeam ? leasesByTeam(leases) : leases,
    change: (key, decide) => queue.change(key, decide),
    ...openReading(parts),
    ...openAdministration(parts),
    ...openProgress(parts),
    ...openListening(parts),
    ...openOperation(parts, doorbell),
    saveTicket: async (digest, sealed, lifeMs) => tickets.save(digest, sealed, lifeMs),
    takeTicket: async (digest) => tickets.take(digest),
  }
}

interface Given {
  readonly limits: StoreLimits
  readonly doorbell: Doorbell | null
  readonly nextExpiration: number
}

function openParts(pools: Pools, options: PostgresOptions, { limits, doorbell, nextExpiration }: Given): Parts {
  const { tokenDigest, shardByTeam: isByTeam = false } = options
  const db = pools.reading
  const tables = openTables(db)
  // Every batch needs its teams.
  const caches = new Caches({ ...tables, teams: openTables(pools.writing).teams }, limits)
  const { transaction, writes } = counted(openTransaction(pools.writing))
  const telling = new Telling({ db, doorbell, ownWrites: writes, nextExpiration })
  return {
    db,
    pools,
    tables,
    caches,
    telling,
    writing: new Writing({ transaction, caches, telling, limits, isByTeam }),
    digest: (token) => {
      const digest = tokenDigest(token)
      return typeof digest === 'string' ? digest : digest.toString('hex')
    },
  }
}
