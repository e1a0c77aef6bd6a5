import type { Operation } from '../roles.ts'
import { StorageUnavailable } from '../store.ts'
import type { Connection } from './connection.ts'
import type { Doorbell } from './doorbell.ts'
import type { Parts } from './parts.ts'

export function openOperation({ pools, telling, writing }: Parts, doorbell: Doorbell | null): Operation {
  const isReadOnly = openReadOnlyCheck(pools.writing)
  return {
    stats() {
      return { engine: 'postgres', ...writing.stats() }
    },
    async ping() {
      if (await isReadOnly()) throw new StorageUnavailable('PostgreSQL takes no writes.')
    },
    async close() {
      await writing.queue.close()
      await telling.close()
      await Promise.all([doorbell?.close(), pools.close()])
    },
  }
}

/** A standby, and a primary that was set so, refuse to write. */
function openReadOnlyCheck(db: Connection): () => Promise<boolean> {
  const setting = db.prepare<[], { isReadOnly: boolean }>(`
    select
      current_setting('transaction_read_only') = 'on' as "isReadOnly"`)
  return async () => (await setting.get())?.isReadOnly ?? true
}
