import type { DevFacts, PersonFacts } from '../http/page/facts.ts'
import { curlLine, findCaller } from '../http/page/first-call.ts'
import type { Paint } from './terminal.ts'
import { table } from './terminal.ts'

const PEOPLE_SHOWN_MAX = 20

/** The one line that programs wait for. */
export function readyLine({ url, api }: { readonly url: string; readonly api: string }, pid: number): string {
  return `${JSON.stringify({ url, api, pid })}\n`
}

/** What a person sees who started `nametag dev`: where it is, who is there, and a first call to paste. */
export function devReady(facts: DevFacts, paint: Paint): string {
  const caller = findCaller(facts.teams.flatMap(({ people }) => people))
  return [
    `${paint.bold('Nametag is ready:')} ${facts.url}`,
    `The Web API is at ${facts.api}; the data is ${facts.storage}.`,
    ...facts.teams.flatMap((team) => ['', paint.bold(`${team.name} (${team.id})`), ...peopleLines(team, paint)]),
    ...(caller ? ['', paint.bold(`Set a status as ${caller.name}:`), '', curlLine(facts.api, caller.token)] : []),
    '',
    paint.dim('Ctrl-C stops it.'),
    '',
  ].join('\n')
}

function peopleLines({ people, peopleTotal, otherTokens }: DevFacts['teams'][number], paint: Paint): string[] {
  const shown = people.slice(0, PEOPLE_SHOWN_MAX)
  const more = (peopleTotal ?? people.length) - shown.length
  const rows = [
    ...shown.map((person) => [person.name, roleOf(person), person.realName, person.id, person.token ?? '(no token)']),
    ...otherTokens.slice(0, PEOPLE_SHOWN_MAX).map(({ token, kind, user }) => [user, `${kind} token`, '', '', token]),
  ]
  return [...table(rows).map((line) => `  ${line}`), ...(more > 0 ? [paint.dim(`  … and ${more} more people`)] : [])]
}

function roleOf({ role, deleted }: PersonFacts): string {
  return deleted ? 'deactivated' : role.replaceAll('_', ' ')
}

export interface ServeReady {
  readonly url: string
  readonly api: string
  readonly data: string
  /** Until somebody has signed in. */
  readonly signInLink: string | undefined
}

export function serveReady({ url, api, data, signInLink }: ServeReady, paint: Paint): string {
  return [
    `${paint.bold('Nametag is ready:')} ${url}`,
    `The Web API is at ${api}; the data is in ${data}.`,
    ...(signInLink === undefined ? [] : ['', signInLines(signInLink)]),
    '',
    paint.dim('Ctrl-C stops it.'),
    '',
  ].join('\n')
}

export function signInLines(link: string): string {
  return `Sign in as the owner, once and within 24 hours:\n  ${link}`
}
