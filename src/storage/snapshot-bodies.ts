type Row = Readonly<Record<string, unknown>>

/** What every reader of a body takes for granted. */
interface Shape {
  /** The columns that stand in the body too, and where. */
  readonly columns: readonly (readonly [column: string, path: string])[]
  readonly objects: readonly string[]
  readonly lists: readonly string[]
}

const USER: Shape = {
  columns: [
    ['team_id', 'teamId'],
    ['id', 'id'],
    ['ordinal', 'ordinal'],
    ['name', 'name'],
    ['updated', 'updated'],
    ['deleted', 'deleted'],
    ['status_expiration', 'profile.status.expiration'],
  ],
  objects: ['profile', 'profile.status', 'profile.fields'],
  lists: [],
}

const TEAM: Shape = {
  columns: [['team_id', 'id']],
  objects: ['compat', 'settings'],
  lists: ['fields', 'sections', 'emoji', 'apps'],
}

const TOKEN: Shape = {
  columns: [
    ['team_id', 'teamId'],
    ['token_id', 'tokenId'],
    ['kind', 'kind'],
    ['user_id', 'userId'],
    ['app_id', 'appId'],
  ],
  objects: [],
  lists: ['scopes'],
}

const CHANGE: Shape = {
  ...USER,
  columns: [
    ['team_id', 'teamId'],
    ['user_id', 'id'],
  ],
}

const FACT: Shape = {
  columns: [
    ['user_id', 'userId'],
    ['kind', 'kind'],
  ],
  objects: [],
  lists: [],
}

/** What is wrong with the body of a row that somebody may have written by hand; nothing where its table has none. It would
 * else be found out only when somebody reads it. */
export function findFault(table: string, row: Row): string | undefined {
  const shape = shapeOf(table, row)
  if (shape === undefined) return undefined
  const body = parse(row.body)
  if (!isObject(body)) return 'its body is no JSON object'
  const wrong =
    shape.objects.find((path) => !isObject(valueAt(body, path))) ??
    shape.lists.find((path) => !Array.isArray(valueAt(body, path))) ??
    shape.columns.find(([column, path]) => textOf(valueAt(body, path)) !== textOf(row[column]))?.[1]
  return wrong === undefined ? undefined : `${wrong} in its body is not what it must be`
}

function shapeOf(table: string, row: Row): Shape | undefined {
  switch (table) {
    case 'teams':
      return TEAM
    case 'users':
      return USER
    case 'tokens':
      return TOKEN
    case 'log':
      return row.kind === 'user' ? CHANGE : FACT
    default:
      return undefined
  }
}

function parse(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function valueAt(body: Row, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), body)
}

/** As columns have it: they know no truth values, and large numbers may come as text. */
function textOf(value: unknown): string {
  return typeof value === 'boolean' ? String(Number(value)) : String(value ?? '')
}
