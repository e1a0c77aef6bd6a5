/** Where the data of a server is. */
export type StorePlace = Folder | Database

export interface Folder {
  readonly in: 'folder'
  readonly folder: string
}

export interface Database {
  readonly in: 'database'
  /** `postgres://…`; a password may stand in it, so it is never shown. */
  readonly url: string
  /** The file with the key of the tokens. */
  readonly tokenKey: string
}

/** What a person is told. */
export function nameOf(place: StorePlace): string {
  return place.in === 'folder' ? place.folder : nameOfDatabase(place.url)
}

export function nameOfDatabase(text: string): string {
  const url = new URL(text)
  const host = url.searchParams.get('host') ?? url.hostname
  const port = url.port === '' || url.port === '5432' ? '' : `:${url.port}`
  return `the database ${databaseOf(url)} on ${host === '' ? 'this machine' : host}${port}`
}

/** Whether the driver can do with it, and it says which database. */
export function isDatabaseUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^postgres(?:ql)?:\/\//.test(text) || url.hash !== '') return false
  return /^[^/]+$/.test(databaseOf(url) ?? '')
}

function databaseOf(url: URL): string | undefined {
  try {
    return decodeURIComponent(url.pathname.slice(1))
  } catch {
    return undefined
  }
}
