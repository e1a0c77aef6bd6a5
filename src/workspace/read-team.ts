import { isIP } from 'node:net'
import { didYouMean } from '../did-you-mean.ts'
import { parseTeamId } from '../domain/ids.ts'
import type { Compat, Settings, Team } from '../domain/team.ts'
import { DEFAULT_COMPAT, DEFAULT_SETTINGS, TEAM_STATES } from '../domain/team.ts'
import { readObject } from './read-object.ts'
import { SETTABLE_KEYS } from './read-profile.ts'
import type { Read } from './read-values.ts'
import { atMost, listOf, oneOf, orNull, readBoolean, readFilledText, readId, readText } from './read-values.ts'
import type { Spot } from './spot.ts'

export type TeamFacts = Pick<Team, 'id' | 'name' | 'domain' | 'plan'>

/** Every call from elsewhere is held against all of them. */
const ALLOWED_IPS_MAX = 1000
const UNEDITABLE_FIELDS_MAX = 1000
const PLANS = ['paid', 'free'] as const
const DEFAULT_TEAM_ID = parseTeamId('T0COFFEE1')

export function readTeamFacts(spot: Spot): TeamFacts | undefined {
  return readObject(spot, (keys) => {
    const id = keys.take('id', readId(parseTeamId, 'T0COFFEE1'), DEFAULT_TEAM_ID)
    const name = keys.take('name', readFilledText, 'Coffee Co')
    const domain = keys.take('domain', readDomain, 'coffee')
    const plan = keys.take('plan', oneOf(PLANS), 'paid')
    return id && { id, name, domain, plan }
  })
}

function readDomain(spot: Spot): string | undefined {
  const text = readText(spot)
  if (text === undefined) return undefined
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return text
  return spot.problem('must be lower-case letters, digits and hyphens, at most 63')
}

/** What is not named stays as `otherwise` has it. */
export function readCompat(spot: Spot, otherwise: Compat = DEFAULT_COMPAT): Compat | undefined {
  return readObject(spot, (keys) => ({
    adminEditRule: keys.take('admin_edit_rule', oneOf(['primary_owner', 'outrank']), otherwise.adminEditRule),
    customFieldEvents: keys.take('custom_field_events', oneOf(['emit', 'silent']), otherwise.customFieldEvents),
    emailChange: keys.take('email_change', oneOf(['immediate', 'confirm']), otherwise.emailChange),
  }))
}

/** The same for the settings of a team with these fields. */
export function readSettings(
  spot: Spot,
  fields: Team['fields'],
  otherwise: Settings = DEFAULT_SETTINGS,
): Settings | undefined {
  const names = atMost(UNEDITABLE_FIELDS_MAX, listOf(nameOf(new Set([...SETTABLE_KEYS, ...fields.keys()]))))
  return readObject(spot, (keys) => ({
    allowedIps: keys.take<readonly string[]>(
      'allowed_ips',
      atMost(ALLOWED_IPS_MAX, listOf(readNetwork)),
      otherwise.allowedIps,
    ),
    require2fa: keys.take('require_2fa', readBoolean, otherwise.require2fa),
    state: keys.take('state', orNull(oneOf(TEAM_STATES)), otherwise.state),
    uneditableFields: keys.take<readonly string[]>('uneditable_fields', names, otherwise.uneditableFields),
    sudoMinutes: keys.take('sudo_minutes', orNull(readMinutes), otherwise.sudoMinutes),
  }))
}

function readMinutes(spot: Spot): number | undefined {
  const { value } = spot
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 525_600) return value as number
  return spot.problem('must be null or whole minutes, from 1 to 525600')
}

/** An address, or a range as `BlockList.addSubnet` takes it. */
function readNetwork(spot: Spot): string | undefined {
  const text = readText(spot)
  if (text === undefined) return undefined
  const [address = '', bits, ...more] = text.split('/')
  const bitsMax = isIP(address) === 4 ? 32 : 128
  const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax)
  if (isIP(address) === 0 || address.includes('%') || !isRange || more.length > 0) {
    return spot.problem('must be an address or a range such as 10.0.0.0/8')
  }
  return text
}

function nameOf(writable: ReadonlySet<string>): Read<string> {
  return (spot) => {
    const text = readText(spot)
    if (text === undefined || writable.has(text)) return text
    const rule = 'must be a core key of a profile or the id of a field of the team'
    return spot.problem(rule, () => didYouMean(text, writable))
  }
}
