import { type Refusal, refuse } from '../domain/errors.ts'
import { type Grant, tokenKindOf } from '../domain/grant.ts'
import { parseUserId } from '../domain/ids.ts'
import type { Team } from '../domain/team.ts'
import type { User } from '../domain/user.ts'
import type { Access, Store } from '../storage/store.ts'
import { type Call, headerOf } from './call.ts'

/** Who calls: the token's grant, with the team and the person it acts in and as. */
export interface Caller {
  readonly grant: Grant
  readonly team: Team
  readonly user: User
}

export type AuthenticationError =
  | 'not_authed'
  | 'invalid_auth'
  | 'token_revoked'
  | 'token_expired'
  | 'account_inactive'
  | 'no_permission'

const TOKEN_LENGTH_MAX = 512

/** Turns a token into a caller, at once where the store has it in memory. `now` in Unix milliseconds. */
export function authenticate(
  store: Store,
  token: string | undefined,
  call: Pick<Call, 'headers'>,
  now: number,
): Judged | Promise<Judged> {
  if (token === undefined) return refuse('not_authed', 'send the token as Authorization: Bearer …')
  if (token.length > TOKEN_LENGTH_MAX || tokenKindOf(token) === undefined) return refuse('invalid_auth')
  const access = store.findAccess(token)
  const judge = (found: Access | undefined) => judgeAccess(store, found, headerOf(call, 'x-slack-user'), now)
  return access instanceof Promise ? access.then(judge) : judge(access)
}

type Judged = Caller | Refusal<AuthenticationError>

function judgeAccess(
  store: Store,
  access: Access | undefined,
  named: string | undefined,
  now: number,
): Judged | Promise<Judged> {
  if (access === undefined) return refuse('invalid_auth')
  const { grant, team, owner } = access
  const end = endOf(grant, now)
  if (end !== undefined) return end

  // Slack: bot tokens of a deleted user are `account_inactive`, user tokens `token_revoked` — common errors.
  if (owner === undefined || owner.deleted) return refuse(grant.kind === 'bot' ? 'account_inactive' : 'token_revoked')
  if (grant.kind !== 'workspace') return { grant, team, user: owner }
  return actOnBehalf(store, { grant, team }, named)
}

/** What ends a token, whoever has it. */
export function endOf(
  { revoked, expiresAt }: Grant,
  now: number,
): Refusal<'token_revoked' | 'token_expired'> | undefined {
  if (revoked) return refuse('token_revoked')
  return expiresAt !== 0 && expiresAt * 1000 <= now ? refuse('token_expired') : undefined
}

/** A workspace token acts as the person whom the header names (docs/decisions/0021). */
async function actOnBehalf(
  store: Store,
  { grant, team }: Pick<Caller, 'grant' | 'team'>,
  named: string | undefined,
): Promise<Caller | Refusal<'no_permission'>> {
  const userId = parseUserId(named ?? '')
  const user = userId && (await store.findUser(team.id, userId))
  if (!user || user.deleted) return refuse('no_permission', 'name a member of the team in the header X-Slack-User')
  return { grant: { ...grant, userId: user.id }, team, user }
}
