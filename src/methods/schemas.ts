import { FIELD_TYPES } from '../domain/team.ts'
import { type Schema, schema } from '../web-api/schema.ts'

const text = schema.string()
const url = schema.string({ format: 'uri' })
/** Not the format `email`, which is ASCII alone: people have addresses in every script (docs/decisions/0047). */
export const emailSchema = schema.string({ pattern: '^[^\\s@]+@[^\\s@.]+(\\.[^\\s@.]+)+$' })
/** What the Open Context Protocol's schema takes for an address. */
export const emailIn2021Schema = schema.string({ format: 'email' })
const flag = schema.boolean()
const always = <Value>(value: Value): Schema<Value> => ({ json: { enum: [value] } })

const userId = schema.string({ pattern: '^[UW][A-Z0-9]{2,}$' })
const teamId = schema.string({ pattern: '^[TE][A-Z0-9]{8,}$' })
const fieldId = '^Xf[A-Za-z0-9]{2,}$'
const unixSeconds = schema.integer({ minimum: 0 })

/** What a person may store in a field, as it is read back. */
const fieldValue = schema.object(
  { value: schema.string({ minLength: 1 }), alt: text },
  { values: schema.array(schema.object({ value: text, alt: text })), label: text },
)

const emoji = schema.object({ emoji_name: text, display_url: url }, { display_alias: text, unicode: text })

/** The keys that both today's profile and the one of 2021 have always. */
const profileRequired = {
  title: text,
  phone: text,
  skype: always('' as const),
  real_name: text,
  real_name_normalized: text,
  display_name: text,
  display_name_normalized: text,
  fields: schema.nullable(schema.record(fieldValue, { propertyNames: { pattern: fieldId } })),
  status_text: text,
  status_emoji: schema.string({ pattern: '^(:[^\\s]+:)?$' }),
  status_expiration: unixSeconds,
  avatar_hash: schema.string({ pattern: '^(g[0-9a-f]{11}|[0-9a-f]{12})$' }),
  image_24: url,
  image_32: url,
  image_48: url,
  image_72: url,
  image_192: url,
  image_512: url,
  status_text_canonical: always('' as const),
  team: teamId,
}

const profileOptional = {
  api_app_id: schema.string({ pattern: '^(A[A-Z0-9]{1,})?$' }),
  always_active: flag,
  bot_id: schema.string({ pattern: '^B[A-Z0-9]{8,}$' }),
  image_original: url,
  is_custom_image: schema.true(),
  email: emailSchema,
  pronouns: schema.string({ minLength: 1 }),
  first_name: text,
  last_name: text,
  image_1024: url,
  guest_invited_by: always(null),
  guest_expiration_ts: always(null),
}

/** A user's profile, as every method and event tells it. */
export const profileSchema = schema.object(
  { ...profileRequired, status_emoji_display_info: schema.array(emoji, { maxItems: 1 }) },
  {
    ...profileOptional,
    start_date: schema.string({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    huddle_state: always('default_unset' as const),
    huddle_state_expiration_ts: always(0 as const),
  },
)

/** The profile for apps that ask for the answers of 2021 (docs/decisions/0036). */
export const profileIn2021Schema = schema.object(profileRequired, {
  ...profileOptional,
  email: emailIn2021Schema,
})

const rankFlags = {
  is_admin: flag,
  is_owner: flag,
  is_primary_owner: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
}

const userOfEveryState = { id: userId, team_id: teamId, name: schema.string({ minLength: 1 }), deleted: flag }

const zoneAndName = {
  color: schema.string({ pattern: '^[0-9a-f]{6}$' }),
  real_name: text,
  tz: text,
  tz_label: text,
  tz_offset: schema.integer({ minimum: -86_400, maximum: 86_400 }),
}

/** A user with the profile inside. Deactivated people have the required keys alone. */
export const userSchema = schema.object(
  { ...userOfEveryState, profile: profileSchema, is_bot: flag, is_app_user: flag, updated: unixSeconds },
  {
    ...zoneAndName,
    ...rankFlags,
    is_email_confirmed: flag,
    has_2fa: flag,
    who_can_share_contact_card: always('EVERYONE' as const),
    locale: text,
  },
)

/** The whole answer of users.profile.set for apps that ask for that of 2016 (docs/decisions/0035). */
export const userIn2016Schema = schema.object(
  {
    ...userOfEveryState,
    status: always(null),
    profile: schema.object(
      {
        avatar_hash: text,
        title: text,
        phone: text,
        skype: always('' as const),
        image_24: url,
        image_32: url,
        image_48: url,
        image_72: url,
        image_192: url,
        image_512: url,
        image_1024: url,
        real_name: text,
        real_name_normalized: text,
      },
      { first_name: text, last_name: text, image_original: url, email: emailSchema },
    ),
    is_bot: flag,
  },
  { ...zoneAndName, ...rankFlags, has_2fa: flag },
)

const fieldDefinition = schema.object({
  id: schema.string({ pattern: fieldId }),
  ordering: schema.integer(),
  field_name: always(null),
  label: text,
  hint: text,
  type: oneOf(FIELD_TYPES),
  possible_values: schema.nullable(schema.array(text)),
  options: schema.object({ is_scim: flag, is_protected: flag }),
  is_hidden: flag,
  section_id: text,
  is_inverse: always(false as const),
  permissions: schema.object({ api: schema.array(oneOf(['read', 'write'])), ui: flag, scim: flag }),
})

const section = schema.object({
  id: text,
  team_id: teamId,
  section_type: text,
  label: text,
  order: schema.integer(),
  is_hidden: flag,
})

/** The custom fields of a team and the sections they stand in. */
export const teamProfileSchema = schema.object({
  fields: schema.array(fieldDefinition),
  sections: schema.array(section),
})

function oneOf<const Value extends string>(values: readonly Value[]): Schema<Value> {
  return { json: { type: 'string', enum: values } }
}
