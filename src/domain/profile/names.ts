import { type Refusal, refuse } from '../errors.ts'
import type { Profile } from '../user.ts'
import { containsEmoji } from './emoji.ts'
import type { CorePatch } from './patch.ts'
import { isLongerThan } from './text.ts'

export type Names = Pick<Profile, 'realName' | 'firstName' | 'lastName' | 'displayName'>

export type NameError =
  | 'too_long'
  | 'reserved_name'
  | 'invalid_starts_with_at'
  | 'name_not_allowed'
  | 'invalid_emoji_not_allowed'

/** docs/decisions/0008 */
export const NAME_LENGTH_MAX = { real_name: 50, first_name: 35, last_name: 35, display_name: 80 } as const
type NameKey = keyof typeof NAME_LENGTH_MAX

/** The names afterwards; the present object where none changed. A name equal to the present one is never refused — docs/decisions/0004. */
export function changeNames(
  present: Names,
  core: CorePatch,
  teamEmoji: ReadonlyMap<string, string>,
): Names | Refusal<NameError> {
  if (!sendsName(core)) return present
  const refused =
    checkName('real_name', core.real_name, present.realName, teamEmoji) ??
    checkName('first_name', core.first_name, present.firstName, teamEmoji) ??
    checkName('last_name', core.last_name, present.lastName, teamEmoji) ??
    checkName('display_name', core.display_name, present.displayName, teamEmoji)
  if (refused) return refused

  const names = mergeNames(present, core)
  if (isSame(names, present)) return present
  return checkHalf('first_name', names.firstName, present) ?? checkHalf('last_name', names.lastName, present) ?? names
}

function sendsName(core: CorePatch): boolean {
  return (
    core.real_name !== undefined ||
    core.first_name !== undefined ||
    core.last_name !== undefined ||
    core.display_name !== undefined
  )
}

function isSame(a: Names, b: Names): boolean {
  return (
    a.realName === b.realName &&
    a.firstName === b.firstName &&
    a.lastName === b.lastName &&
    a.displayName === b.displayName
  )
}

/** Which of the sent names holds where several are sent — docs/decisions/0016. */
function mergeNames(present: Names, core: CorePatch): Names {
  const displayName = core.display_name ?? present.displayName
  const whole = core.real_name
  const base = whole === undefined || whole === present.realName ? present : splitName(whole)
  const firstName = chooseHalf(core.first_name, present.firstName, base.firstName, whole !== undefined)
  const lastName = chooseHalf(core.last_name, present.lastName, base.lastName, whole !== undefined)

  // Slack: "Updating `first_name` will update the first name within `real_name`." — users.profile.set
  const isWhole = firstName === base.firstName && lastName === base.lastName
  const realName = isWhole ? (whole ?? present.realName) : joinName(firstName, lastName)
  return { realName, firstName, lastName, displayName }
}

/** Beside a real name, a half counts only where it is not empty and differs: typed clients send everything back. */
function chooseHalf(sent: string | undefined, present: string, base: string, besideWhole: boolean): string {
  if (sent === undefined) return base
  if (besideWhole && (sent === '' || sent === present)) return base
  return sent
}

/** The last word is the last name, all before it the first. Slack: "If only one name is provided, the value of
 * `last_name` will be cleared." — users.profile.set */
export function splitName(realName: string): Pick<Names, 'firstName' | 'lastName'> {
  const name = realName.trim()
  let cut = name.length - 1
  while (cut >= 0 && name.charAt(cut).trim() !== '') cut -= 1
  if (cut < 0) return { firstName: name, lastName: '' }
  return { firstName: name.slice(0, cut).trimEnd(), lastName: name.slice(cut + 1) }
}

export function joinName(firstName: string, lastName: string): string {
  if (firstName === '') return lastName
  return lastName === '' ? firstName : `${firstName} ${lastName}`
}

function checkName(
  key: NameKey,
  sent: string | undefined,
  present: string,
  teamEmoji: ReadonlyMap<string, string>,
): Refusal<NameError> | undefined {
  if (sent === undefined || sent === present) return undefined
  const limit = NAME_LENGTH_MAX[key]
  if (isLongerThan(sent, limit)) {
    return refuse('too_long', `${key} is longer than ${limit} characters.`, { limit, field: key })
  }
  // Slack: "Name cannot start with @.", "name cannot contain URL", "Invalid emoji not allowed." — users.profile.set, errors
  if (startsWithAt(sent)) return refuseAt(key)
  if (containsUrl(sent)) return refuse('name_not_allowed', `${key} contains a URL.`, { field: key })
  if (containsEmoji(sent, teamEmoji)) {
    return refuse('invalid_emoji_not_allowed', `${key} contains an emoji.`, { field: key })
  }
  return undefined
}

/** Also for halves that follow from the real name. */
function checkHalf(key: 'first_name' | 'last_name', half: string, present: Names): Refusal<NameError> | undefined {
  if (half === (key === 'first_name' ? present.firstName : present.lastName)) return undefined
  // Slack: "The name `slackbot` cannot be used." — users.profile.set, first_name and last_name
  if (half.trim().toLowerCase() === 'slackbot') return refuse('reserved_name', `${key} is reserved.`, { field: key })
  return startsWithAt(half) ? refuseAt(key) : undefined
}

function refuseAt(key: NameKey): Refusal<'invalid_starts_with_at'> {
  return refuse('invalid_starts_with_at', `${key} starts with @.`, { field: key })
}

function startsWithAt(name: string): boolean {
  return name.trimStart().startsWith('@')
}

/** `scheme://…` or `www.…` — docs/decisions/0018. Names are short by now, so the pattern has little to try. */
function containsUrl(name: string): boolean {
  return /[a-z][a-z0-9+.-]*:\/\/\S|\bwww\.[^\s.]/i.test(name)
}

/** Slack's `*_normalized`: accents and other combining marks go, all other letters stay — docs/decisions/0017. */
export function normalizeName(name: string): string {
  if (/^[ -~]*$/.test(name)) return name
  return name
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .normalize('NFC')
}
