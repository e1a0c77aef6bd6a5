/** What the Open Context Protocol's page of `users.profile.set` says of a successful answer: it forbids every key that it
 * does not know, on both levels. */

const text = { type: 'string' }
const maybeText = { type: ['null', 'string'] }
const maybeUrl = { type: ['null', 'string'], format: 'uri' }
const flag = { type: 'boolean' }
const maybeFlag = { type: ['null', 'boolean'] }
const whole = { type: 'integer' }

const profile = {
  always_active: flag,
  api_app_id: { type: 'string', pattern: '^(A[A-Z0-9]{1,})?$' },
  avatar_hash: text,
  bot_id: { type: 'string', pattern: '^B[A-Z0-9]{8,}$' },
  display_name: text,
  display_name_normalized: text,
  email: { type: ['null', 'string'], format: 'email' },
  fields: { type: ['object', 'null', 'array'], items: { type: 'object' } },
  first_name: maybeText,
  guest_expiration_ts: { type: ['null', 'integer'] },
  guest_invited_by: maybeText,
  image_24: maybeUrl,
  image_32: maybeUrl,
  image_48: maybeUrl,
  image_72: maybeUrl,
  image_192: maybeUrl,
  image_512: maybeUrl,
  image_1024: maybeUrl,
  image_original: maybeUrl,
  is_app_user: flag,
  is_custom_image: flag,
  is_restricted: maybeFlag,
  is_ultra_restricted: maybeFlag,
  last_avatar_image_hash: text,
  last_name: maybeText,
  memberships_count: whole,
  name: maybeText,
  phone: text,
  pronouns: text,
  real_name: text,
  real_name_normalized: text,
  skype: text,
  status_default_emoji: text,
  status_default_text: text,
  status_default_text_canonical: maybeText,
  status_emoji: text,
  status_expiration: whole,
  status_text: text,
  status_text_canonical: maybeText,
  team: { type: 'string', pattern: '^[TE][A-Z0-9]{8,}$' },
  title: text,
  updated: whole,
  user_id: text,
  username: maybeText,
}

export const OCP_PROFILE_REQUIRED = [
  'real_name',
  'display_name',
  'avatar_hash',
  'real_name_normalized',
  'display_name_normalized',
  'title',
  'phone',
  'skype',
  'status_text',
  'status_emoji',
  'fields',
] as const

export const OCP_REQUIRED = ['ok', 'username', 'profile'] as const

/** As JSON Schema. Open, it lets keys pass that it does not know. */
export function ocpSchema({ open }: { readonly open: boolean }): object {
  return {
    type: 'object',
    properties: {
      ok: { type: 'boolean', enum: [true] },
      username: text,
      email_pending: { type: 'string', format: 'email' },
      profile: { type: 'object', properties: profile, required: OCP_PROFILE_REQUIRED, additionalProperties: open },
    },
    required: OCP_REQUIRED,
    additionalProperties: open,
  }
}
