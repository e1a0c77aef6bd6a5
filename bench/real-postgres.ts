import { openPostgresLimiter } from '../src/storage/postgres/limits/limiter.ts'
import { openPostgres } from '../src/storage/postgres/open.ts'
import { digestWith } from '../src/storage/token-keys.ts'
import { serve } from './serve.ts'

/** A node on a database that is filled already, with everything on, limits counted in the database. argv: the URL, and
 * the key of tokens. */
const [, , url = '', key = ''] = process.argv
const store = await openPostgres({ url, tokenDigest: digestWith(Buffer.from(key, 'hex')) })
const limiter = openPostgresLimiter({ url })
const close = () => Promise.all([limiter.close(), store.close()])
await serve({ store, limiter, allowPrivateWebhooks: false, close })
