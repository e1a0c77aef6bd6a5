import { CORE_KEYS } from '../../domain/profile/patch.ts'
import { CannotStart } from '../cannot-start.ts'
import { coreTarget, findField, findTarget, plain, sameWords, type Target } from '../profile-fields.ts'
import { quote } from '../visible.ts'

/** What each column of the file is for. */
export interface Columns {
  readonly key: 'id' | 'email'
  readonly keyColumn: number
  readonly written: readonly { readonly column: number; readonly target: Target }[]
}

export interface ColumnsAsked {
  readonly columns: readonly string[]
  readonly key: 'id' | 'email' | null
  /** `COLUMN=KEY` */
  readonly map: readonly string[]
  readonly fields: readonly Target[]
}

const ID_COLUMNS: ReadonlySet<string> = new Set(['id', 'user', 'user_id', 'slack_id', 'member_id'])
const EMAIL_COLUMNS: ReadonlySet<string> = new Set(['email', 'e_mail', 'email_address'])

/** Every column has a meaning, or the run ends here, before anything is written. */
export function readColumns({ columns, key, map, fields }: ColumnsAsked): Columns {
  const mapped = readMap(map, columns)
  const find = (names: ReadonlySet<string>) => columns.findIndex((name) => !mapped.has(name) && names.has(plain(name)))
  const ids = find(ID_COLUMNS)
  const chosen = key ?? (ids === -1 ? 'email' : 'id')
  const keyColumn = chosen === 'id' ? ids : find(EMAIL_COLUMNS)
  if (keyColumn === -1) {
    const wanted = chosen === 'id' ? '"id"' : key === null ? '"id" or "email"' : '"email"'
    throw new CannotStart(`No column tells people apart: one must be called ${wanted}.`)
  }

  const problems: string[] = []
  const written: { column: number; target: Target }[] = []
  for (const [column, name] of columns.entries()) {
    const asked = mapped.get(name)
    if (column === keyColumn || asked === '') continue
    const target = asked === undefined ? targetOf(name, fields) : findTarget(asked, fields)
    if (typeof target === 'string') problems.push(`column ${quote(name)}: ${target}`)
    else written.push({ column, target })
  }
  problems.push(...twice(written, columns))
  if (problems.length > 0) {
    const hint = 'Say what a column is with --map "COLUMN=KEY", or leave it out with --map "COLUMN=".'
    throw new CannotStart(`${problems.join('\nnametag: ')}\n${hint}`)
  }
  if (written.length === 0) throw new CannotStart('No column holds anything to write.')
  return { key: chosen, keyColumn, written }
}

/** A column's name may hold `=` too: the first that leaves the name of a column before it is meant. */
function readMap(map: readonly string[], columns: readonly string[]): Map<string, string> {
  const mapped = new Map<string, string>()
  for (const text of map) {
    const at = [...text].findIndex(
      (sign, index) => sign === '=' && columns.includes([...text].slice(0, index).join('').trim()),
    )
    if (at === -1) throw new CannotStart(`--map ${quote(text)} must be COLUMN=KEY, with a column of the file.`)
    const units = [...text]
    mapped.set(
      units.slice(0, at).join('').trim(),
      units
        .slice(at + 1)
        .join('')
        .trim(),
    )
  }
  return mapped
}

/** A key of the profile or a custom field; a name that may be both is for a person to decide. */
function targetOf(name: string, fields: readonly Target[]): Target | string {
  const key =
    CORE_KEYS.find((known) => sameWords(known, name)) ?? (EMAIL_COLUMNS.has(plain(name)) ? 'email' : undefined)
  const core = key === undefined ? undefined : coreTarget(key)
  const labelled = fields.filter(({ label }) => sameWords(label, name))
  if (core && labelled.length > 0) {
    return `it may be any of ${[core.key, ...labelled.map((field) => field.key)].join(', ')}`
  }
  return core ?? findField(name, fields)
}

function twice(written: Columns['written'], columns: readonly string[]): string[] {
  return written.flatMap(({ column, target }, index) => {
    const first = written.findIndex((other) => other.target.key === target.key)
    if (first === index) return []
    return [
      `columns ${quote(columns[written[first]?.column ?? 0] ?? '')} and ${quote(columns[column] ?? '')} both mean ${target.key}`,
    ]
  })
}
