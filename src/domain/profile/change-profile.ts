import { isRefusal, type Refusal, refuse } from '../errors.ts'
import type { EventType, OtherFact } from '../event.ts'
import type { UserId } from '../ids.ts'
import { EMPTY_STATUS, type FieldValues, type Profile, type Status, type User } from '../user.ts'
import { type ChangedEmail, changeEmail, withPendingEmail } from './change-email.ts'
import { changeDetails, type Details } from './details.ts'
import { checkEmail, foldEmail, isEmail } from './email.ts'
import { type ChangedFields, changeFields } from './fields/change-fields.ts'
import type { FieldError } from './fields/field-value.ts'
import { changeNames, type NameError, type Names } from './names.ts'
import type { ProfilePatch } from './patch.ts'
import { type PermitError, type PermitRequest, permit, permitAdminWork } from './permit.ts'
import { changeStatus, isIdleExpiration, type StatusError, type StatusPatch } from './status.ts'
import { withoutUneditable } from './uneditable.ts'

export interface ProfileChangeRequest extends PermitRequest {
  /** Lower-cased address to its owner, for each address of the patch that has one. */
  readonly emailOwners: ReadonlyMap<string, UserId>
  /** Those of the patch's `mentionedUserIds` that exist. */
  readonly knownUsers: ReadonlySet<UserId>
  readonly patch: ProfilePatch
  /** The secret part of a link, for an address that has to be confirmed. */
  readonly emailCode: string
}

export interface ProfileChange {
  /** The identical object where nothing changed. */
  readonly user: User
  readonly events: readonly EventType[]
  /** What else there is to tell, after the events. */
  readonly facts?: readonly OtherFact[]
  /** When it was decided, in Unix milliseconds. */
  readonly at?: number
  /** Lines that name what was ignored, without their `[WARN] ` mark. */
  readonly notices: readonly string[]
  /** An address that holds once its owner confirms it — docs/decisions/0001, email_change. */
  readonly emailPending?: string
}

export type ChangeProfileError = PermitError | NameError | StatusError | FieldError | 'email_taken' | 'username_same'

/** All rules of users.profile.set. One refused value refuses the whole call — docs/decisions/0006; their order —
 * docs/decisions/0048. */
export function changeProfile(request: ProfileChangeRequest): ProfileChange | Refusal<ChangeProfileError> {
  const permission = permit(request)
  if (isRefusal(permission)) return permission
  const { actor, user } = permission
  const { team } = request
  // Slack: "Username is the same as the current username." — users.profile.set, errors; docs/decisions/0018
  if (request.patch.username === user.name) return refuse('username_same', 'This is the present username.')

  const patch = withoutUneditable(request.patch, team.settings)
  const address = newAddress(request, actor, user, patch)
  if (isRefusal(address)) return address
  const names = changeNames(user.profile, patch.core, team.emoji)
  if (isRefusal(names)) return names
  const details = changeDetails(user.profile, patch.core)
  if (isRefusal(details)) return details
  const status = changeStatus(user.profile.status, statusOf(patch), team.emoji)
  if (isRefusal(status)) return status
  const { fields: sent } = patch
  const custom = changeFields({ team, actor, present: user.profile.fields, sent, knownUsers: request.knownUsers })
  if (isRefusal(custom)) return custom

  const email = changeEmail(user, address, request)
  const changed = save(user, { email, names, details, status, fields: custom.fields }, request)
  const whole = { ...changed, facts: email.facts, at: request.now, notices: noticesOf(user, patch, custom) }
  const waits = address !== undefined && email.pendingEmail !== undefined
  return waits ? { ...whole, emailPending: address } : whole
}

/** The addresses whose owners a change has to know. */
export function emailsOf({ core: { email } }: ProfilePatch): readonly string[] {
  return email !== undefined && isEmail(email) ? [foldEmail(email)] : []
}

/** Empties the status: by hand, or because its time has come — docs/decisions/0027. */
export function withStatusCleared(user: User, now: number): ProfileChange {
  const { profile } = user
  const { text, emoji, expiration } = profile.status
  if (text === '' && emoji === '' && expiration === 0) return { user, events: [], notices: [] }
  const cleared = { ...user, profile: { ...profile, status: EMPTY_STATUS }, updated: updatedAt(user, now) }
  return { user: cleared, events: STATUS_EVENTS, notices: [] }
}

/** The address to change to, or nothing where it stays. */
function newAddress(
  { team, emailOwners }: ProfileChangeRequest,
  actor: User,
  user: User,
  { core: { email } }: ProfilePatch,
): string | undefined | Refusal<'not_admin' | 'permission_denied' | 'profile_set_failed' | 'email_taken'> {
  // A value equal to the present one is never refused, whoever sends it — docs/decisions/0004
  if (email === undefined || email === (user.email ?? '') || user.role === 'bot') return undefined
  // Slack: "This field can only be changed by admins for users on paid teams." — users.profile.set, email
  return permitAdminWork(team, actor) ?? checkEmail(email, user, emailOwners) ?? email
}

function statusOf({ core, statusExpiration }: ProfilePatch): StatusPatch {
  return { text: core.status_text, emoji: core.status_emoji, expiration: statusExpiration }
}

/** Each part is the present object where it did not change. */
interface Parts {
  readonly email: ChangedEmail
  readonly names: Names
  readonly details: Details
  readonly status: Status
  readonly fields: FieldValues
}

function save(
  user: User,
  { email, names, details, status, fields }: Parts,
  { team, now }: ProfileChangeRequest,
): Pick<ProfileChange, 'user' | 'events'> {
  const present = user.profile
  const personChanged = names !== present || details !== present || email.email !== user.email
  const fieldsChanged = fields !== present.fields
  const statusChanged = status !== present.status
  // An address that waits is nobody's business yet: no event tells of it, and `updated` stays.
  const waiting = withPendingEmail(user, email.pendingEmail)
  if (!personChanged && !fieldsChanged && !statusChanged) return { user: waiting, events: NO_EVENTS }

  const profile: Profile = {
    realName: names.realName,
    firstName: names.firstName,
    lastName: names.lastName,
    displayName: names.displayName,
    title: details.title,
    phone: details.phone,
    pronouns: details.pronouns,
    startDate: details.startDate,
    status,
    fields,
    photo: present.photo,
  }
  // Slack's event pages say that custom fields alone tell nobody; the method's page says every success does:
  // the team chooses — docs/decisions/0001
  const profileChanged = personChanged || (fieldsChanged && team.compat.customFieldEvents === 'emit')
  return {
    user: { ...waiting, email: email.email, profile, updated: updatedAt(user, now) },
    events: eventsOf(profileChanged, statusChanged),
  }
}

const NO_EVENTS: readonly EventType[] = []
const STATUS_EVENTS: readonly EventType[] = ['user_change', 'user_status_changed']
const PROFILE_EVENTS: readonly EventType[] = ['user_change', 'user_profile_changed']
const ALL_EVENTS: readonly EventType[] = ['user_change', 'user_profile_changed', 'user_status_changed']

/** docs/decisions/0028 */
function eventsOf(profileChanged: boolean, statusChanged: boolean): readonly EventType[] {
  if (profileChanged) return statusChanged ? ALL_EVENTS : PROFILE_EVENTS
  return statusChanged ? STATUS_EVENTS : NO_EVENTS
}

/** Unix seconds. A clock that went back does not take `updated` with it. */
export function updatedAt(user: User, now: number): number {
  return Math.max(user.updated, Math.floor(now / 1000))
}

function noticesOf(user: User, patch: ProfilePatch, custom: ChangedFields): readonly string[] {
  const notices: string[] = []
  if (patch.username !== undefined) notices.push('Ignored, because it cannot be set here: `username`.')
  if (user.role === 'bot' && patch.core.email) notices.push('Ignored, because a bot has no address: `email`.')
  if (isIdleExpiration(user.profile.status, statusOf(patch))) {
    notices.push('Ignored, because there is no status that could expire: `status_expiration`.')
  }
  const more = notices.length + custom.notices.length
  return more === 0 ? patch.notices : [...patch.notices, ...notices, ...custom.notices]
}
