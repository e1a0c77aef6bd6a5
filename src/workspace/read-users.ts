import type { UserId } from '../domain/ids.ts'
import { parseUserId } from '../domain/ids.ts'
import type { Role } from '../domain/user.ts'
import { ROLES } from '../domain/user.ts'
import { readObject } from './read-object.ts'
import { readLocale, readTimeZone } from './read-place.ts'
import { listOf, oneOf, orNull, readBoolean, readFilledText, readId, Unique } from './read-values.ts'
import type { Spot } from './spot.ts'

/** A person of the file whose profile waits until the team's fields and emoji are known. */
export interface PersonOfFile {
  readonly spot: Spot
  readonly id: UserId
  readonly name: string
  readonly role: Role
  readonly deleted: boolean
  readonly has2fa: boolean
  readonly tz: string
  readonly locale: string
  readonly profile: Spot | null
}

type Draft = Omit<PersonOfFile, 'role'> & { readonly role: Role | null }

export function readPeople(spot: Spot): PersonOfFile[] | undefined {
  const unique = { ids: new Unique(), names: new Unique() }
  const drafts = listOf((item) => readPerson(item, unique))(spot)
  if (drafts === undefined) return undefined
  const people = fillRoles(drafts)
  if (drafts.length === (spot.value as unknown[]).length) checkPrimaryOwner(spot, people)
  return people
}

function readPerson(spot: Spot, { ids, names }: Readonly<Record<'ids' | 'names', Unique>>): Draft | undefined {
  return readObject(spot, (keys) => {
    const id = keys.need('id', readId(parseUserId, 'U0ADA00001'))
    const facts = {
      name: keys.take('name', readName, id?.toLowerCase() ?? ''),
      role: keys.take<Role | null>('role', oneOf(ROLES), null),
      deleted: keys.take('deleted', readBoolean, false),
      has2fa: keys.take('has_2fa', readBoolean, false),
      tz: keys.take('tz', readTimeZone, 'Europe/London'),
      locale: keys.take('locale', readLocale, 'en-GB'),
      profile: keys.take(
        'profile',
        orNull((at: Spot) => at),
        null,
      ),
    }
    if (id === undefined) return undefined
    // Slack: `username_taken` — SCIM. Whoever has left keeps theirs, we assume.
    if (ids.check(keys.at('id'), id)) names.check(keys.at('name'), facts.name.toLowerCase())
    return { spot, id, ...facts }
  })
}

function readName(spot: Spot): string | undefined {
  const text = readFilledText(spot)
  if (text === undefined || /^[^\s@:,]{1,80}$/.test(text)) return text
  return spot.problem('must be at most 80 characters, without spaces and without @ : ,')
}

/** The role that the shape shows first is primary owner. A team has only one, so further people without a role are members. */
function fillRoles(drafts: readonly Draft[]): PersonOfFile[] {
  let hasPrimaryOwner = drafts.some(({ role }) => role === 'primary_owner')
  return drafts.map((draft) => {
    const role = draft.role ?? (hasPrimaryOwner ? 'member' : 'primary_owner')
    if (role === 'primary_owner') hasPrimaryOwner = true
    return { ...draft, role }
  })
}

function checkPrimaryOwner(spot: Spot, people: readonly PersonOfFile[]): void {
  const [first, ...others] = people.filter(({ role, deleted }) => role === 'primary_owner' && !deleted)
  if (first === undefined && people.length > 0) spot.problem('one of the people must have the role "primary_owner"')
  for (const other of others) {
    const role = other.spot.at('role', 'primary_owner')
    role.problem(`a team has one primary_owner, and that is ${first?.spot.path}`)
  }
}
