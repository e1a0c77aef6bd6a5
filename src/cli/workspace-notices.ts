import { SUBSCRIBABLE } from '../delivery/event-body.ts'
import { didYouMean } from '../did-you-mean.ts'
import { METHODS } from '../methods/index.ts'
import type { Workspace } from '../workspace/workspace.ts'

const NOTICES_LISTED_MAX = 50

/** Beside those that methods need: what these show more of, and whose messages an app is told. */
const FURTHER_SCOPES = ['users:read.email', 'im:history']
const SCOPES: ReadonlySet<string> = new Set([...METHODS.flatMap(({ scopes }) => scopes), ...FURTHER_SCOPES])
const EVENTS: ReadonlySet<string> = new Set(SUBSCRIBABLE)

/** What is right and still may not do what was meant, a line for each name. Slack has more events and scopes than this
 * server, and an app lists them all. */
export function workspaceNotices({ team, tokens }: Workspace): readonly string[] {
  const events = strangersIn(
    [...team.apps.values()].map((app) => app.events),
    EVENTS,
  )
  const scopes = strangersIn(
    tokens.map(({ grant }) => grant.scopes),
    SCOPES,
  )
  const notices = [
    ...events.map((found) => tell(found, { list: 'apps', key: 'events', rest: 'is never sent here' }, EVENTS)),
    ...scopes.map((found) => tell(found, { list: 'tokens', key: 'scopes', rest: 'opens nothing here' }, SCOPES)),
  ]
  if (notices.length <= NOTICES_LISTED_MAX) return notices
  return [...notices.slice(0, NOTICES_LISTED_MAX), `… and ${notices.length - NOTICES_LISTED_MAX} more`]
}

/** A name that nobody here knows, with the indexes of those who list it. */
interface Stranger {
  readonly name: string
  readonly first: number
  readonly others: number
}

function strangersIn(lists: readonly (readonly string[])[], known: ReadonlySet<string>): readonly Stranger[] {
  const found = new Map<string, Stranger>()
  for (const [index, names] of lists.entries()) {
    for (const name of new Set(names)) {
      if (known.has(name)) continue
      const before = found.get(name)
      found.set(name, before ? { ...before, others: before.others + 1 } : { name, first: index, others: 0 })
    }
  }
  return [...found.values()]
}

interface Words {
  readonly list: string
  readonly key: string
  readonly rest: string
}

function tell({ name, first, others }: Stranger, { list, key, rest }: Words, known: ReadonlySet<string>): string {
  const more = others === 0 ? '' : ` and ${others} more`
  return `${list}[${first}].${key}${more}: ${name} ${rest}${didYouMean(name, known)}`
}
