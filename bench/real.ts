import { randomBytes } from 'node:crypto'
import { openSqlite } from '../src/storage/sqlite/open.ts'
import { digestWith } from '../src/storage/token-keys.ts'
import { addPeople } from './people.ts'
import { serve } from './serve.ts'

/** The real server on a file, with everything on: tokens, scopes, limits counted, events logged, an fsync before each
 * answer. argv: the data folder, how many people to add, the key of tokens where there are some already, and, where an
 * app is to be told, its address. */
const [, , folder, count, key, requestUrl] = process.argv
const tokenDigest = digestWith(key ? Buffer.from(key, 'hex') : randomBytes(32))
const store = await openSqlite({ path: `${folder}/bench.db`, tokenDigest })
if (Number(count) > 0) await addPeople(store, Number(count), undefined, requestUrl ?? null)
await serve({ store, allowPrivateWebhooks: requestUrl !== undefined, close: () => store.close() })
