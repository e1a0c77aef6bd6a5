import { didYouMean } from '../did-you-mean.ts'
import { isRefusal, type Refusal } from '../domain/errors.ts'
import { parseUserId, type UserId } from '../domain/ids.ts'
import { changeProfile } from '../domain/profile/change-profile.ts'
import { isEmail } from '../domain/profile/email.ts'
import { parsePatch } from '../domain/profile/parse-patch.ts'
import { CORE_KEYS } from '../domain/profile/patch.ts'
import type { FieldDefinition, Team } from '../domain/team.ts'
import { DEFAULT_COMPAT, DEFAULT_SETTINGS } from '../domain/team.ts'
import { EMPTY_PROFILE, type User } from '../domain/user.ts'
import { isPlainObject } from './read-object.ts'
import type { Spot } from './spot.ts'

/** Keys of a profile that can be set, beside its custom fields. */
export const SETTABLE_KEYS: readonly string[] = [...CORE_KEYS, 'status_expiration']

const FIELD_KEYS: readonly string[] = ['value', 'values', 'alt', 'type', 'label']

/** Fills profiles by the very rules of `users.profile.set`, so that a file holds nothing that a call could not set. */
export interface ProfileReader {
  read(spot: Spot, user: User): User
}

export function createProfileReader(team: Team, knownUsers: ReadonlySet<UserId>): ProfileReader {
  const around = { team: withoutBarriers(team), knownUsers }
  const known = new Set([...SETTABLE_KEYS, 'fields', ...team.fields.keys()])
  return {
    read(spot, user) {
      if (!isPlainObject(spot.value)) {
        spot.problem('must be an object')
        return user
      }
      const raw = takeKnown(spot, spot.value, known)
      if (raw.fields !== undefined) raw.fields = takeFields(spot.at('fields', raw.fields), team)
      checkFieldShapes(spot, raw, team)
      if (user.role === 'bot' && raw.email !== undefined) spot.at('email', raw.email).problem('a bot user has none')
      const filled = fill(spot, raw, user, around)
      return user.role === 'bot' && isWhole(raw) ? withoutHalves(filled) : filled
    },
  }
}

function isWhole({ first_name, last_name }: Readonly<Record<string, unknown>>): boolean {
  return first_name === undefined && last_name === undefined
}

/** An app's name is not a first and a last name: Slack's recorded bots have the whole alone until somebody renames them. */
function withoutHalves(user: User): User {
  return { ...user, profile: { ...user.profile, firstName: '', lastName: '' } }
}

interface Around {
  readonly team: Team
  readonly knownUsers: ReadonlySet<UserId>
}

/** What bars a caller does not bar the file: it also fills what SCIM owns or what members may not touch. */
function withoutBarriers(team: Team): Team {
  const open = (field: FieldDefinition) => ({ ...field, api: true, isScim: false, isProtected: false })
  const fields = new Map([...team.fields].map(([id, field]) => [id, open(field)]))
  return { ...team, plan: 'paid', compat: DEFAULT_COMPAT, settings: DEFAULT_SETTINGS, fields }
}

/** A copy to take refused keys out of. In a file, unlike in a call, an unknown key is a mistake. */
function takeKnown(spot: Spot, profile: Readonly<Record<string, unknown>>, known: ReadonlySet<string>) {
  const raw: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(profile)) {
    if (!known.has(key)) spot.at(key, value).problem(`unknown key${didYouMean(key, known)}`)
    else if (key === 'email' && typeof value === 'string' && value !== '' && !isEmail(value)) {
      spot.at(key, value).problem('must have an @ and a domain')
    } else if (value !== '') raw[key] = value
  }
  return raw
}

function takeFields(spot: Spot, team: Team): unknown {
  if (!isPlainObject(spot.value)) return spot.value
  const raw: Record<string, unknown> = {}
  for (const [id, value] of Object.entries(spot.value)) {
    const fields: ReadonlyMap<string, FieldDefinition> = team.fields
    if (fields.has(id)) raw[id] = value
    else spot.at(id, value).problem(`the team has no such field${didYouMean(id, fields.keys())}`)
  }
  return raw
}

function checkFieldShapes(spot: Spot, raw: Readonly<Record<string, unknown>>, team: Team): void {
  const inside = raw.fields
  for (const id of team.fields.keys()) {
    if (raw[id] !== undefined) checkFieldShape(spot.at(id, raw[id]))
    if (isPlainObject(inside) && inside[id] !== undefined) checkFieldShape(spot.at('fields', inside).at(id, inside[id]))
  }
}

function checkFieldShape(spot: Spot): void {
  if (!isPlainObject(spot.value)) return
  for (const key of Object.keys(spot.value)) {
    if (!FIELD_KEYS.includes(key)) spot.at(key, undefined).problem(`unknown key${didYouMean(key, FIELD_KEYS)}`)
  }
}

/** A refusal names one value. That value is told, taken out, and the rest is judged again, until nothing is refused. */
function fill(spot: Spot, raw: Record<string, unknown>, user: User, around: Around): User {
  for (;;) {
    const outcome = apply(raw, user, around)
    if (!isRefusal(outcome)) return outcome
    const path = pathOf(outcome, raw)
    const sentence = sentenceOf(outcome, path?.at(-1))
    if (path === undefined) {
      spot.problem(sentence)
      return user
    }
    let at = spot
    for (const key of path) at = at.at(key, undefined)
    at.problem(sentence)
    takeOut(raw, path)
  }
}

function apply(raw: Readonly<Record<string, unknown>>, user: User, { team, knownUsers }: Around): User | Refusal {
  const patch = parsePatch({ profile: raw })
  if (isRefusal(patch)) return patch
  const grant = { createdAt: 0 }
  const request = { actor: primaryOwner(user), user: { ...user, deleted: false }, grant, now: 0, patch }
  const change = changeProfile({ ...request, team: atOnce(team), emailOwners: new Map(), emailCode: '', knownUsers })
  return isRefusal(change) ? change : { ...change.user, deleted: user.deleted, updated: user.updated }
}

/** The addresses of a file are those that hold, also in a team whose people confirm theirs. */
function atOnce(team: Team): Team {
  return { ...team, compat: { ...team.compat, emailChange: 'immediate' } }
}

const SOMEBODY_ELSE = parseUserId('U000000000')

/** The one person whom the rules let fill in everything of everybody. */
function primaryOwner(user: User): User {
  return { ...user, id: SOMEBODY_ELSE ?? user.id, role: 'primary_owner', deleted: false, profile: EMPTY_PROFILE }
}

function pathOf(refusal: Refusal, raw: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const field = refusal.refused.startsWith('profile_status_') ? 'status_emoji' : refusal.detail?.field
  if (typeof field !== 'string') return undefined
  if (Object.hasOwn(raw, field)) return [field]
  const inside = raw.fields
  return isPlainObject(inside) && Object.hasOwn(inside, field) ? ['fields', field] : undefined
}

function takeOut(raw: Record<string, unknown>, [first = '', second]: readonly string[]): void {
  if (second === undefined) delete raw[first]
  else delete (raw[first] as Record<string, unknown>)[second]
}

/** The rules' sentences name the field and end in a full stop; here the path names it. */
function sentenceOf({ refused, messages }: Refusal, key: string | undefined): string {
  const sentence = (messages?.[0] ?? refused).replace(/\.$/, '')
  return key !== undefined && sentence.startsWith(`${key} `) ? sentence.slice(key.length + 1) : sentence
}
