import { join } from 'node:path'
import { createFolderPost } from '../delivery/mail-folder.ts'
import { createWaitingPost, type Post } from '../delivery/mail-post.ts'
import type { PostgresLimiter } from '../storage/postgres/limits/limiter.ts'
import type { Store } from '../storage/store.ts'
import { CannotStart } from './cannot-start.ts'
import { openDataFolder } from './data-folder.ts'
import { hasData } from './folder-files.ts'
import { nameOf, type StorePlace } from './store-place.ts'

/** A store, and what depends on where it is. */
export interface OpenPlace {
  readonly store: Store
  /** The folder that this process alone holds; `null`: a database, which other processes may have open too. */
  readonly folder: string | null
  /** The file of the token key, where there was none before and the operator has to copy it. */
  readonly madeKey: string | undefined
  close(): Promise<void>
}

export async function openPlace(
  place: StorePlace,
  options: { readonly shardByTeam?: boolean } = {},
): Promise<OpenPlace> {
  if (place.in === 'folder') {
    return { ...(await openDataFolder(place.folder)), folder: place.folder, madeKey: undefined }
  }
  // The driver is loaded by those alone who have a database.
  const { openDatabase } = await import('./database.ts')
  return { ...(await openDatabase(place, options)), folder: null }
}

/** Counts calls together with all servers on the same data; nothing where there is no other. */
export async function openLimiter(
  place: StorePlace,
  options: { readonly shardByTeam: boolean },
): Promise<PostgresLimiter | undefined> {
  if (place.in === 'folder') return undefined
  const { openPostgresLimiter } = await import('../storage/postgres/limits/limiter.ts')
  return openPostgresLimiter({ url: place.url, ...options })
}

/** A store where there has to be something already. */
export async function openFilled(place: StorePlace): Promise<OpenPlace> {
  await expectData(place)
  return openPlace(place)
}

/** Looks without making anything. */
export async function expectData(place: StorePlace): Promise<void> {
  const found = place.in === 'folder' ? hasData(place.folder) : await (await import('./database.ts')).hasTables(place)
  if (!found) throw new CannotStart(`There is no data of a Nametag server in ${nameOf(place)}.`)
}

/** Where mails go that no mail server takes. */
export function postWithoutServer({ folder }: OpenPlace): Post {
  return folder === null ? createWaitingPost() : createFolderPost(join(folder, 'mail'))
}
