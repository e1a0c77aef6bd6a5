import { BlockList, isIP } from 'node:net'
import { type Refusal, refuse } from '../domain/errors.ts'
import type { Team, TeamState } from '../domain/team.ts'
import { isOwner, type User } from '../domain/user.ts'
import type { Caller } from './authenticate.ts'
import type { Method } from './method.ts'

/** What the team's state and settings say to every call of a valid token (docs/decisions/0024). */
export function closedTo(
  { grant, team, user }: Caller,
  ip: string,
  method: Pick<Method, 'leadsBack'>,
): Refusal<TeamState | 'accesslimited' | 'access_denied' | 'two_factor_setup_required'> | undefined {
  const { settings } = team
  // docs/decisions/0058
  if (settings.state !== null && !(method.leadsBack && isOwner(user))) return refuse(settings.state)
  if (!isAllowedFrom(team, ip)) return refuse('accesslimited')
  if (grant.appId !== null && team.apps.get(grant.appId)?.restricted) return refuse('access_denied')
  if (!isSecondFactorMet(team, user)) return refuse('two_factor_setup_required')
  return undefined
}

/** Settings with which a caller would lock themselves out, and could not take them back (docs/decisions/0058). */
export function locksOut(team: Team, user: User, ip: string): Refusal<'invalid_arguments'> | undefined {
  if (!isAllowedFrom(team, ip)) return refuse('invalid_arguments', `settings.allowed_ips: ${lacks(familyOf(ip)[0])}`)
  if (isSecondFactorMet(team, user)) return undefined
  return refuse('invalid_arguments', `settings.require_2fa: ${LACKS_SECOND_FACTOR}`)
}

const lacks = (ip: string) => `must hold ${ip}, where this call comes from, or you would lock yourself out`
const LACKS_SECOND_FACTOR = 'set up two-factor authentication yourself first, or you would lock yourself out'

function isAllowedFrom(team: Team, ip: string): boolean {
  return team.settings.allowedIps.length === 0 || networksOf(team).check(...familyOf(ip))
}

function isSecondFactorMet({ settings }: Team, user: User): boolean {
  return !settings.require2fa || user.has2fa || user.role === 'bot'
}

/** The kind of token, then the scopes. */
export function authorize(
  { grant, user }: Caller,
  method: Method,
): Refusal<'not_allowed_token_type' | 'is_bot' | 'missing_scope'> | undefined {
  if (!method.tokens.includes(grant.kind)) {
    return refuse('not_allowed_token_type', `${method.name} takes ${method.tokens.join(' or ')} tokens.`)
  }
  const actsAsUser = grant.kind === 'user' || grant.kind === 'workspace'
  if (actsAsUser && user.role === 'bot' && !method.tokens.includes('bot')) return refuse('is_bot')
  const held = (scope: string) => grant.scopes.includes(scope)
  if (method.anyScope ? method.scopes.some(held) : method.scopes.every(held)) return undefined
  return refuse('missing_scope', undefined, { needed: method.scopes.join(','), provided: grant.scopes.join(',') })
}

const networks = new WeakMap<Team, BlockList>()

function networksOf(team: Team): BlockList {
  const known = networks.get(team)
  if (known) return known
  const list = new BlockList()
  for (const entry of team.settings.allowedIps) {
    const [address = '', prefix] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family)
  }
  networks.set(team, list)
  return list
}

function familyOf(ip: string): [string, 'ipv4' | 'ipv6'] {
  const plain = ip.startsWith('::ffff:') && isIP(ip.slice(7)) === 4 ? ip.slice(7) : ip
  return [plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4']
}
