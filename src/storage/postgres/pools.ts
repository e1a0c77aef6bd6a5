import { connect, type Pool } from './connection.ts'

/** The connections of one process. Its commits, and the signs of life that keep its work its own, do not wait behind
 * those who read, however many they are. */
export interface Pools {
  readonly reading: Pool
  readonly writing: Pool
  close(): Promise<void>
}

const READING_MAX = 4
/** One for the batches: several would make more commits with fewer calls in each, and one person's calls would have to be
 * kept from overtaking each other. One for leases. */
const WRITING_MAX = 2

export function openPools(url: string): Pools {
  const reading = connect(url, undefined, READING_MAX)
  const writing = connect(url, undefined, WRITING_MAX)
  return {
    reading,
    writing,
    close: async () => {
      await Promise.all([reading.close(), writing.close()])
    },
  }
}
