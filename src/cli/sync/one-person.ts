import { CallFailed } from '../../client/call-failed.ts'
import {
  type Answer,
  type ApiClient,
  messagesOf,
  TOKEN_CODES,
  tellFailure,
  tellRefusal,
  type Wait,
} from '../api-client.ts'
import { CannotStart } from '../cannot-start.ts'
import { lookedUp, NO_LOOKUP } from '../find-user.ts'
import { heldIn, isSame, patchOf } from '../profile-fields.ts'
import type { Difference, Outcome } from './outcome.ts'
import type { Person } from './people.ts'

export interface Directory {
  readonly api: ApiClient
  readonly apiUrl: string
  readonly wait: Wait
  readonly stop: AbortSignal
}

/** A person as the server has them, and what of the row differs. */
export interface Planned {
  readonly person: Person
  readonly user: string
  readonly differences: readonly Difference[]
}

const ATTEMPTS = 5
/** Said by the server of a call that could not be carried out just now. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
])
/** The server still asks to wait after all the waiting: nothing else will fare better. */
const HOPELESS_CODES: ReadonlySet<string> = new Set([...TOKEN_CODES, ...PASSING_CODES, 'ratelimited', 'rate_limited'])

/** Reads one person; a row that cannot be read is an outcome already. */
export async function plan(person: Person, byEmail: boolean, directory: Directory): Promise<Planned | Outcome> {
  const user = byEmail ? await lookUp(person, directory) : person.key
  if (typeof user !== 'string') return user
  const answer = await steadily(directory, 'users.profile.get', { user })
  if (!answer.ok) return failed(person, user, tellRefusal('users.profile.get', answer))
  return { person, user, differences: differencesOf(person, answer.profile) }
}

async function lookUp(person: Person, directory: Directory): Promise<string | Outcome> {
  const answer = await steadily(directory, 'users.lookupByEmail', { email: person.key })
  const id = lookedUp(answer)
  if (id !== undefined) return id
  if (answer.error === 'unknown_method') throw new CannotStart(`${NO_LOOKUP}, in a column called "id".`)
  return failed(person, person.key, tellRefusal('users.lookupByEmail', answer))
}

export function differencesOf(person: Person, profile: unknown): Difference[] {
  const held = profile as { readonly email?: unknown }
  return person.wanted.flatMap(({ target, value }) => {
    if (target.key === 'email' && held.email === undefined) {
      throw new CannotStart(
        'The token may not see email addresses (users:read.email), so a column with them cannot be compared; leave it out with --map "COLUMN=".',
      )
    }
    const before = heldIn(profile, target)
    return isSame(before, value, target) ? [] : [{ target, before, after: value }]
  })
}

/** Writes what differs, once. */
export async function write({ person, user, differences }: Planned, directory: Directory): Promise<Outcome> {
  const profile = patchOf(differences.map(({ target, after }) => ({ target, value: after })))
  for (let attempt = 1; ; attempt++) {
    const answer = await attemptCall(directory, 'users.profile.set', { user, profile })
    if (answer instanceof CallFailed || (!answer.ok && PASSING_CODES.has(String(answer.error)))) {
      if (attempt === ATTEMPTS) throw hopeless(directory, 'users.profile.set', answer)
      await directory.wait(pauseMs(attempt), directory.stop)
      // Nobody knows whether the call was carried out. Only a look at the person tells.
      const now = await steadily(directory, 'users.profile.get', { user })
      if (now.ok && differencesOf(person, now.profile).length === 0) return changed({ person, user, differences })
      continue
    }
    if (answer.ok) return judged({ person, user, differences }, answer)
    stopIfHopeless('users.profile.set', answer)
    return { ...failed(person, user, tellRefusal('users.profile.set', answer)), changes: differences }
  }
}

/** Slack answers ok and keeps a value that cannot be written this way; that must not pass for done. */
function judged(planned: Planned, answer: Answer): Outcome {
  const kept = planned.differences.filter(({ target, before, after }) => {
    // A new address may have to be confirmed first.
    if (target.key === 'email') return false
    const now = heldIn(answer.profile, target)
    return now === before && !isSame(now, after, target)
  })
  if (kept.length === 0) return changed(planned)
  const reasons = messagesOf(answer).join(' ')
  const names = kept.map(({ target }) => target.key).join(', ')
  const error = `The server answered ok and kept ${names} as before.${reasons === '' ? '' : ` ${reasons}`}`
  return { ...failed(planned.person, planned.user, error), changes: planned.differences }
}

const changed = ({ person, user, differences }: Planned): Outcome => ({
  row: person.row,
  user,
  outcome: 'changed',
  changes: differences,
  error: null,
})

export const failed = (person: Person, user: string, error: string): Outcome => ({
  row: person.row,
  user,
  outcome: 'failed',
  changes: [],
  error,
})

/** For calls that change nothing: again after ever longer pauses, while nobody answers. */
async function steadily(directory: Directory, method: string, args: object): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await attemptCall(directory, method, args)
    const passing = answer instanceof CallFailed || (!answer.ok && PASSING_CODES.has(String(answer.error)))
    if (passing && attempt < ATTEMPTS) {
      await directory.wait(pauseMs(attempt), directory.stop)
      continue
    }
    if (answer instanceof CallFailed) throw hopeless(directory, method, answer)
    stopIfHopeless(method, answer)
    return answer
  }
}

async function attemptCall({ api }: Directory, method: string, args: object): Promise<Answer | CallFailed> {
  try {
    return await api.call(method, args)
  } catch (error) {
    if (error instanceof CallFailed) return error
    throw error
  }
}

function stopIfHopeless(method: string, answer: Answer): void {
  if (!answer.ok && HOPELESS_CODES.has(String(answer.error))) throw new CannotStart(tellRefusal(method, answer))
}

function hopeless({ apiUrl }: Directory, method: string, answer: Answer | CallFailed): CannotStart {
  return new CannotStart(answer instanceof CallFailed ? tellFailure(answer, apiUrl) : tellRefusal(method, answer))
}

const pauseMs = (attempt: number): number => 1000 * 2 ** (attempt - 1)
