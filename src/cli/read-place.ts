import type { FlagValues } from './read-flags.ts'
import { isDatabaseUrl, type StorePlace } from './store-place.ts'
import { Wrong } from './wrong.ts'

/** The one of --data and --database-url that is asked for; what was typed beats the environment. */
export function readPlace(values: FlagValues): StorePlace {
  const data = values.text('data')
  const url = values.text('database-url')
  const isTyped = { data: values.isGiven('data'), url: values.isGiven('database-url') }
  if (data !== undefined && url !== undefined && isTyped.data === isTyped.url) {
    throw new Wrong('choose one of --data (NAMETAG_DATA) and --database-url (NAMETAG_DATABASE_URL)')
  }
  if (url !== undefined && !isTyped.data) return readDatabase(url, values)
  if (data === undefined) {
    throw new Wrong(
      "--data DIR or --database-url URL is needed: the folder or the database that holds the server's data",
    )
  }
  for (const flag of ['token-key', 'shard-by-team']) {
    if (values.isGiven(flag)) throw new Wrong(`--${flag} goes with --database-url`)
  }
  return { in: 'folder', folder: data }
}

export function readPlaceIfAny(values: FlagValues): StorePlace | null {
  const isNamed = values.text('data') !== undefined || values.text('database-url') !== undefined
  return isNamed ? readPlace(values) : null
}

/** The value is never repeated: a password may stand in it. */
function readDatabase(url: string, values: FlagValues): StorePlace {
  if (!isDatabaseUrl(url)) {
    throw new Wrong('--database-url must be a URL such as postgres://user:password@db.example.com/people')
  }
  return { in: 'database', url, tokenKey: values.text('token-key') ?? '' }
}

/** For what only a folder has. */
export function readData(values: FlagValues): string {
  const data = values.text('data')
  if (data === undefined) throw new Wrong("--data DIR is needed: the folder that holds the server's data")
  return data
}
