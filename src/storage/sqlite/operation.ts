import type { Operation } from '../roles.ts'
import { touchHeader } from './connection.ts'
import type { Parts } from './parts.ts'

export function openOperation({ db, gate, checkpoints, writing }: Parts): Operation {
  let closing: Promise<void> | undefined

  const close = async () => {
    await writing.close()
    await checkpoints?.close()
    gate.close()
    db.close()
  }

  return {
    stats() {
      return { engine: 'sqlite', ...writing.stats() }
    },
    async ping() {
      gate.check()
      // The header is written anew, so that a disk has to take it.
      if (!writing.isWorking) await writing.write(() => touchHeader(db))
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}
