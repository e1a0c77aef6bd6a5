import { after } from 'node:test'
import { conformance } from '../../src/storage/conformance/conformance.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import { digestWith } from '../../src/storage/token-keys.ts'
import { startPostgres } from '../support/postgres.ts'

const tokenDigest = digestWith(Buffer.alloc(32, 1))
const server = await startPostgres()
after(() => server.stop())

conformance('PostgreSQL', {
  isDurable: true,
  make: async () => {
    const url = await server.createDatabase()
    return { open: (limits = {}) => openPostgres({ url, tokenDigest, limits }), remove: () => {} }
  },
})
