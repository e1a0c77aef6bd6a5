import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformance } from '../conformance/conformance.ts'
import { digestWith } from '../token-keys.ts'
import { MEMORY } from './connection.ts'
import { openSqlite } from './open.ts'

const tokenDigest = digestWith(Buffer.alloc(32, 1))

conformance('SQLite in memory', {
  isDurable: false,
  make: () => ({ open: (limits = {}) => openSqlite({ path: MEMORY, tokenDigest, limits }), remove: () => {} }),
})

for (const [name, own] of [
  ['SQLite in a file', {}],
  ['SQLite in a file, written on a thread', { threadWritesMin: 1 }],
] as const) {
  conformance(name, {
    isDurable: true,
    make: () => {
      const directory = mkdtempSync(join(tmpdir(), 'nametag-sqlite-'))
      return {
        open: (limits = {}) =>
          openSqlite({ path: join(directory, 'nametag.db'), tokenDigest, limits: { ...own, ...limits } }),
        remove: () => rmSync(directory, { recursive: true }),
      }
    },
  })
}
