import type { Transaction } from './transaction.ts'
import type { OwnWrites } from './watch.ts'

/** A transaction that lets be seen when it runs. */
export function counted(transaction: Transaction): { readonly transaction: Transaction; readonly writes: OwnWrites } {
  const writes: { count: number; running: Promise<unknown> | undefined } = { count: 0, running: undefined }
  return {
    writes,
    transaction: async (work, last) => {
      const run = transaction(work, last)
      writes.count += 1
      writes.running = run.catch(() => {})
      try {
        return await run
      } finally {
        writes.count += 1
        writes.running = undefined
      }
    },
  }
}
