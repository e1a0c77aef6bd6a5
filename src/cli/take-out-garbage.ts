import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Pages between two collections: some ten megabytes of rows. */
const PAGES_MAX = 32

/** To be called for each page of what passes through. V8 lets garbage pile up as far as the machine has room; where a
 * million people pass through, that would look as if they had to fit into memory. */
export function createGarbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  let pages = 0
  return () => {
    pages += 1
    if (pages % PAGES_MAX === 0 && typeof collect === 'function') collect()
  }
}
