import { isAsciiEmail } from './email.ts'
import type { WireProfile, WireUser } from './wire.ts'

/** The keys that the Open Context Protocol's schema of `users.profile.set` knows, among those that are sent at all. */
const KEYS_IN_2021 = [
  'title',
  'phone',
  'skype',
  'real_name',
  'real_name_normalized',
  'display_name',
  'display_name_normalized',
  'fields',
  'status_text',
  'status_emoji',
  'status_expiration',
  'avatar_hash',
  'api_app_id',
  'always_active',
  'bot_id',
  'image_original',
  'is_custom_image',
  'email',
  'pronouns',
  'first_name',
  'last_name',
  'image_24',
  'image_32',
  'image_48',
  'image_72',
  'image_192',
  'image_512',
  'image_1024',
  'status_text_canonical',
  'team',
  'guest_invited_by',
  'guest_expiration_ts',
] as const satisfies readonly (keyof WireProfile)[]

const KEYS_BUT_EMAIL = KEYS_IN_2021.filter((key) => key !== 'email')

export type ProfileIn2021 = Pick<WireProfile, (typeof KEYS_IN_2021)[number]>

/** A profile for apps written to that schema, which forbids every key it does not know and every address that is not
 * ASCII (docs/decisions/0036). */
export function profileIn2021(profile: WireProfile): ProfileIn2021 {
  const { email } = profile
  return pick(profile, email === undefined || isAsciiEmail(email) ? KEYS_IN_2021 : KEYS_BUT_EMAIL)
}

const USER_HEAD_IN_2016 = ['id', 'team_id', 'name', 'deleted'] as const
const USER_NAME_IN_2016 = ['color', 'real_name', 'tz', 'tz_label', 'tz_offset'] as const
const USER_ROLE_IN_2016 = [
  'is_admin',
  'is_owner',
  'is_primary_owner',
  'is_restricted',
  'is_ultra_restricted',
  'is_bot',
  'has_2fa',
] as const
const PROFILE_HEAD_IN_2016 = [
  'avatar_hash',
  'first_name',
  'last_name',
  'title',
  'phone',
  'skype',
  'image_24',
  'image_32',
  'image_48',
  'image_72',
  'image_192',
  'image_512',
] as const
const PROFILE_TAIL_IN_2016 = ['image_original', 'real_name', 'real_name_normalized', 'email'] as const

export interface UserIn2016
  extends Pick<WireUser, (typeof USER_HEAD_IN_2016 | typeof USER_NAME_IN_2016 | typeof USER_ROLE_IN_2016)[number]> {
  readonly status: null
  readonly profile: ProfileIn2016
}

export interface ProfileIn2016
  extends Pick<WireProfile, (typeof PROFILE_HEAD_IN_2016 | typeof PROFILE_TAIL_IN_2016)[number]> {
  readonly image_1024: string
}

/** The whole answer of the oldest documentation: the user object itself, not wrapped (docs/decisions/0035). */
export function userIn2016(user: WireUser): UserIn2016 {
  const { profile } = user
  return {
    ...pick(user, USER_HEAD_IN_2016),
    status: null,
    ...pick(user, USER_NAME_IN_2016),
    profile: {
      ...pick(profile, PROFILE_HEAD_IN_2016),
      // Pictures were never enlarged: the biggest one stood for those that were missing.
      image_1024: profile.image_1024 ?? profile.image_512,
      ...pick(profile, PROFILE_TAIL_IN_2016),
    },
    ...pick(user, USER_ROLE_IN_2016),
  }
}

/** A copy with these keys alone, in this order. Absent ones stay absent. */
function pick<T extends object, K extends keyof T>(source: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => key in source).map((key) => [key, source[key]])) as Pick<T, K>
}
