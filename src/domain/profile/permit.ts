import { type Refusal, refuse } from '../errors.ts'
import type { Grant } from '../grant.ts'
import type { FieldId } from '../ids.ts'
import type { FieldDefinition, Settings, Team } from '../team.ts'
import { isAdmin, ROLES, type User } from '../user.ts'

export type PermitError =
  | 'token_revoked'
  | 'user_not_found'
  | 'not_admin'
  | 'not_app_admin'
  | 'cannot_update_admin_user'
  | 'permission_denied'
  | 'sudo_required'

export interface PermitRequest {
  readonly team: Team
  readonly actor: User | undefined
  readonly user: User | undefined
  readonly grant: Pick<Grant, 'createdAt'>
  /** Unix milliseconds. */
  readonly now: number
}

/** Both exist, and the one may change the other. */
export interface Permission {
  readonly actor: User
  readonly user: User
}

/** Who may change whose profile — docs/decisions/0019 to 0023. */
export function permit({ team, actor, user, grant, now }: PermitRequest): Permission | Refusal<PermitError> {
  // The caller was deactivated after the token was looked at — docs/decisions/0022
  if (actor === undefined || actor.deleted) return refuse('token_revoked')
  if (user === undefined || user.deleted) return refuse('user_not_found', 'This team has no such user.')

  const refused = checkTarget(team, actor, user)
  if (refused) return refused
  if (actor.id !== user.id && isSudoDue(team.settings, grant, now)) {
    return refuse('sudo_required', "Changing somebody else's profile needs a token from a more recent sign-in.")
  }
  return { actor, user }
}

function checkTarget(team: Team, actor: User, user: User): Refusal<PermitError> | undefined {
  if (user.role === 'bot') return checkBot(team, actor, user)
  if (actor.id === user.id) return undefined
  const refused = permitAdminWork(team, actor)
  if (refused) return refused
  return mayEdit(team, actor, user) ? undefined : refuseRank(team)
}

/** Slack: "Only team owners and selected members can update the profile of a bot user." — users.profile.set, errors;
 * docs/decisions/0020 */
function checkBot(team: Team, actor: User, bot: User): Refusal<PermitError> | undefined {
  const isOwner = actor.role === 'primary_owner' || actor.role === 'owner'
  if (!isOwner && !isCollaborator(team, actor, bot)) {
    return refuse('not_app_admin', "Only owners and the app's collaborators change the profile of a bot user.")
  }
  return checkPlan(team)
}

function isCollaborator(team: Team, actor: User, bot: User): boolean {
  for (const app of team.apps.values()) {
    if (app.botUser === bot.id && app.collaborators.includes(actor.id)) return true
  }
  return false
}

/** What members cannot do at all: change somebody else, or an email address. Slack: "This argument may only be specified
 * by team admins on paid teams." — users.profile.set, user; docs/decisions/0019 */
export function permitAdminWork(team: Team, actor: User): Refusal<'not_admin' | 'permission_denied'> | undefined {
  if (!isAdmin(actor)) return refuse('not_admin', 'Only admins change other profiles and email addresses.')
  return checkPlan(team)
}

function checkPlan(team: Team): Refusal<'permission_denied'> | undefined {
  if (team.plan !== 'free') return undefined
  return refuse('permission_denied', 'On the free plan nobody changes other profiles or email addresses here.')
}

/** Slack: "Only a primary owner can update the profile of an admin." — users.profile.set, errors. Slack's newer pages
 * have a ladder instead; the team chooses — docs/decisions/0001 */
function mayEdit(team: Team, actor: User, user: User): boolean {
  if (!isAdmin(user)) return true
  if (team.compat.adminEditRule === 'primary_owner') return actor.role === 'primary_owner'
  return ROLES.indexOf(actor.role) < ROLES.indexOf(user.role)
}

function refuseRank(team: Team): Refusal<'cannot_update_admin_user'> {
  const strict = team.compat.adminEditRule === 'primary_owner'
  return refuse(
    'cannot_update_admin_user',
    strict ? 'Only a primary owner changes the profile of an admin.' : 'The caller does not outrank this user.',
  )
}

/** docs/decisions/0023 */
function isSudoDue({ sudoMinutes }: Settings, { createdAt }: Pick<Grant, 'createdAt'>, now: number): boolean {
  return sudoMinutes !== null && now - createdAt * 1000 > sudoMinutes * 60_000
}

/** The definition of a custom field that this caller can write, or the reason why they cannot. That is no error —
 * docs/decisions/0004 */
export function findWritableField(team: Team, id: FieldId, actor: User): FieldDefinition | string {
  const definition = team.fields.get(id)
  if (definition === undefined) return 'the team has no such field'
  if (team.settings.uneditableFields.includes(id)) return 'the team has closed it to changes'
  if (definition.isScim) return 'it is filled through SCIM'
  if (!definition.api) return 'the API is not among its data sources'
  if (definition.isProtected && !isAdmin(actor)) return 'only admins change it'
  return definition
}
