import type { FieldId } from '../ids.ts'
import type { Team } from '../team.ts'
import type { FieldValue, Profile, User } from '../user.ts'
import { colorOf } from './color.ts'
import { resolveEmoji } from './emoji.ts'
import { normalizeName } from './names.ts'
import { type Picture, pictureOf } from './picture.ts'
import { zoneTimeAt } from './time-zone.ts'
import type { WireEmoji, WireFieldValue, WireProfile, WireUser } from './wire.ts'

/** For whom a profile is written down. */
export interface ProfileView {
  readonly team: Team
  /** Where this server is reached, without a slash at the end. */
  readonly publicUrl: string
  /** Whether the caller's token has `users:read.email`. */
  readonly seesEmail: boolean
  /** Puts each custom field's label beside its value. */
  readonly labels?: boolean
  /** `null` is what `users.list` says of everybody (docs/decisions/0014). */
  readonly fields?: 'object' | 'null'
}

export interface UserView extends ProfileView {
  /** Unix milliseconds: what a time zone is called depends on it. */
  readonly now: number
  /** Whether the caller is an admin or the user in question. */
  readonly seesTwoFactor: boolean
  readonly locale?: boolean
  /** Whether the user has authorised the calling app. */
  readonly isAppUser?: boolean
}

/** The profile object of every answer and event; keys stand in the order that Slack sends. */
export function profileToWire(user: User, view: ProfileView): WireProfile {
  const { profile } = user
  const picture = pictureOf(user, view.publicUrl)
  return {
    title: profile.title,
    phone: profile.phone,
    // Slack: "always empty" — users.profile.set, profile fields
    skype: '',
    real_name: profile.realName,
    real_name_normalized: normalizeName(profile.realName),
    display_name: profile.displayName,
    display_name_normalized: normalizeName(profile.displayName),
    fields: view.fields === 'null' ? null : fieldsToWire(profile, view),
    status_text: profile.status.text,
    status_emoji: profile.status.emoji,
    status_emoji_display_info: displayInfo(profile.status.emoji, view.team),
    status_expiration: profile.status.expiration,
    avatar_hash: picture.hash,
    ...(user.role === 'bot' ? botKeys(user, picture) : personKeys(user, picture, view.seesEmail)),
    image_24: `${picture.base}24${picture.extension}`,
    image_32: `${picture.base}32${picture.extension}`,
    image_48: `${picture.base}48${picture.extension}`,
    image_72: `${picture.base}72${picture.extension}`,
    image_192: `${picture.base}192${picture.extension}`,
    image_512: `${picture.base}512${picture.extension}`,
    ...(picture.uploaded ? { image_1024: `${picture.base}1024${picture.extension}` } : NOTHING),
    status_text_canonical: '',
    team: user.teamId,
    ...(isGuest(user) ? UNKNOWN_INVITATION : NOTHING),
  }
}

/** The user object of every answer and event, with the profile inside. */
export function userToWire(user: User, view: UserView): WireUser {
  const profile = profileToWire(user, view)
  const { id, teamId: team_id, name, deleted, role, updated } = user
  const is_bot = role === 'bot'
  const is_app_user = view.isAppUser ?? false
  // Deactivated people have no more than this in every recorded answer.
  if (deleted) return { id, team_id, name, deleted, profile, is_bot, is_app_user, updated }

  const zone = zoneTimeAt(user.tz, view.now)
  const rank = RANKS[role]
  return {
    id,
    team_id,
    name,
    deleted,
    color: colorOf(user.ordinal),
    real_name: profile.real_name,
    tz: user.tz,
    tz_label: zone.label,
    tz_offset: zone.offset,
    profile,
    is_admin: rank.is_admin,
    is_owner: rank.is_owner,
    is_primary_owner: rank.is_primary_owner,
    is_restricted: rank.is_restricted,
    is_ultra_restricted: rank.is_ultra_restricted,
    is_bot,
    is_app_user,
    updated,
    is_email_confirmed: user.email !== null,
    // docs/decisions/0033
    ...(view.seesTwoFactor && !is_bot ? { has_2fa: user.has2fa } : NOTHING),
    who_can_share_contact_card: 'EVERYONE',
    ...(view.locale === true ? { locale: user.locale } : NOTHING),
  }
}

const NOTHING = {}
/** Slack tells who invited a guest and until when; invitations are not kept here. */
const UNKNOWN_INVITATION = { guest_invited_by: null, guest_expiration_ts: null } as const

/** A primary owner is an owner too, an owner is an admin too, and a single-channel guest is a guest too. */
const RANKS = {
  primary_owner: rankOf({ is_admin: true, is_owner: true, is_primary_owner: true }),
  owner: rankOf({ is_admin: true, is_owner: true }),
  admin: rankOf({ is_admin: true }),
  member: rankOf({}),
  guest: rankOf({ is_restricted: true }),
  single_channel_guest: rankOf({ is_restricted: true, is_ultra_restricted: true }),
  bot: rankOf({}),
}

type Rank = Required<
  Pick<WireUser, 'is_admin' | 'is_owner' | 'is_primary_owner' | 'is_restricted' | 'is_ultra_restricted'>
>

function rankOf(held: Partial<Rank>): Rank {
  const none = {
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
  }
  return { ...none, ...held }
}

function isGuest({ role }: User): boolean {
  return role === 'guest' || role === 'single_channel_guest'
}

/** Values of fields that the team no longer has stay stored and are not shown. */
function fieldsToWire({ fields }: Profile, { team, labels }: ProfileView): Record<string, WireFieldValue> {
  const wire: Record<string, WireFieldValue> = {}
  for (const [id, field] of Object.entries(fields)) {
    const definition = team.fields.get(id as FieldId)
    if (definition) wire[id] = fieldToWire(field, labels === true ? definition.label : undefined)
  }
  return wire
}

function fieldToWire({ value, alt, tags }: FieldValue, label: string | undefined): WireFieldValue {
  return {
    value,
    alt,
    // docs/decisions/0012: one object, because SDKs fail the whole answer on an array here.
    ...(tags === undefined ? NOTHING : { values: tags.map((tag) => ({ value: tag.value, alt: tag.alt })) }),
    ...(label === undefined ? NOTHING : { label }),
  }
}

/** Empty without a status, and for a custom emoji that the team has removed since (docs/decisions/0026). */
function displayInfo(emoji: string, team: Team): readonly WireEmoji[] {
  if (emoji === '') return []
  const found = resolveEmoji(emoji, team.emoji)
  return found === undefined ? [] : [found]
}

/** The keys of people, in Slack's order; filled one by one, which costs half of what spreading them does. */
function personKeys(user: User, picture: Picture, seesEmail: boolean): Partial<WireProfile> {
  const { startDate, pronouns, firstName, lastName } = user.profile
  const keys: { -readonly [Key in keyof WireProfile]?: WireProfile[Key] } = picture.uploaded ? uploadKeys(picture) : {}
  if (startDate !== '') keys.start_date = startDate
  // docs/decisions/0033: absent, not empty, without the scope.
  if (seesEmail && user.email !== null) keys.email = user.email
  if (pronouns !== '') keys.pronouns = pronouns
  keys.huddle_state = 'default_unset'
  keys.huddle_state_expiration_ts = 0
  keys.first_name = firstName
  keys.last_name = lastName
  return keys
}

function botKeys({ bot, profile: { firstName, lastName } }: User, picture: Picture): Partial<WireProfile> {
  return {
    api_app_id: bot?.appId ?? '',
    always_active: false,
    ...(bot === null ? NOTHING : { bot_id: bot.botId }),
    ...(picture.uploaded ? uploadKeys(picture) : NOTHING),
    // A bot that was never renamed through this method has a whole name and no halves.
    ...(firstName === '' && lastName === '' ? NOTHING : { first_name: firstName, last_name: lastName }),
  }
}

function uploadKeys({ base, extension }: Picture): Partial<WireProfile> {
  return { image_original: `${base}original${extension}`, is_custom_image: true }
}
