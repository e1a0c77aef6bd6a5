import { Commits } from '../commits.ts'
import { DEFAULT_LIMITS, type StoreLimits } from '../limits.ts'
import type { Store } from '../store.ts'
import { openAdministration } from './administration.ts'
import { Caches } from './caches.ts'
import { Checkpoints } from './checkpoints.ts'
import { type Connection, MEMORY } from './connection.ts'
import { Gate } from './gate.ts'
import { openLeases } from './leases.ts'
import { openListening } from './listening.ts'
import { openOperation } from './operation.ts'
import type { Parts } from './parts.ts'
import { openProgress } from './progress.ts'
import { openReading } from './reading.ts'
import { openTables } from './tables.ts'
import { openTickets } from './tickets.ts'
import { Writer } from './writer.ts'
import { Writing } from './writing.ts'

export interface SqliteOptions {
  /** A file, made where there is none, or `:memory:`. */
  readonly path: string
  /** What is stored of a token. It must not lead back to the token. */
  readonly tokenDigest: (token: string) => string | Buffer
  readonly limits?: Partial<StoreLimits>
}

/** A store on a connection whose schema is up to date. */
export function openStore(db: Connection, options: SqliteOptions): Store {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const parts = openParts(db, options, limits)
  const { queue } = parts.writing
  const tickets = openTickets(limits.ticketsMax)
  return {
    isShared: false,
    leases: parts.leases,
    change: (key, decide) => queue.change(key, decide),
    ...openReading(parts),
    ...openAdministration(parts),
    ...openProgress(parts),
    ...openListening(parts),
    ...openOperation(parts),
    saveTicket: async (digest, sealed, lifeMs) => tickets.save(digest, sealed, lifeMs),
    takeTicket: async (digest) => tickets.take(digest),
  }
}

function openParts(db: Connection, { path, tokenDigest }: SqliteOptions, limits: StoreLimits): Parts {
  const tables = openTables(db)
  const caches = new Caches(tables, limits)
  const commits = new Commits()
  const isFile = path !== MEMORY
  // No other thread can open what is in memory.
  const writer = isFile && Number.isFinite(limits.threadWritesMin) ? new Writer(path) : undefined
  const checkpoints = isFile ? new Checkpoints(db, writer) : undefined
  return {
    db,
    gate: new Gate(),
    tables,
    caches,
    commits,
    checkpoints,
    leases: openLeases(),
    writing: new Writing({ db, tables, caches, commits, checkpoints, writer, limits }),
    digest: (token) => {
      const digest = tokenDigest(token)
      return typeof digest === 'string' ? digest : digest.toString('hex')
    },
  }
}
