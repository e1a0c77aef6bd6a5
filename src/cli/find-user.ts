import { type Answer, type ApiClient, tellRefusal } from './api-client.ts'
import { CannotStart } from './cannot-start.ts'

export const NO_LOOKUP = 'This server has no users.lookupByEmail: give people by their user ids'

/** The id of a person named by id or by email address; `undefined`: the token's own. */
export async function findUser(api: ApiClient, named: string | null): Promise<string | undefined> {
  if (named === null) return undefined
  if (!named.includes('@')) return named
  const answer = await api.call('users.lookupByEmail', { email: named })
  const id = lookedUp(answer)
  if (id !== undefined) return id
  if (answer.error === 'unknown_method') throw new CannotStart(`${NO_LOOKUP}, such as U0MEL00001.`)
  throw new CannotStart(tellRefusal('users.lookupByEmail', answer))
}

export function lookedUp(answer: Answer): string | undefined {
  const id = (answer.user as { readonly id?: unknown } | undefined)?.id
  return answer.ok && typeof id === 'string' ? id : undefined
}
