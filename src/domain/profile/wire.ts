/** A profile as it leaves the server, in Slack's words and in Slack's order of keys. Optional keys are absent, never
 * `undefined`, where they do not apply. */
export interface WireProfile {
  readonly title: string
  readonly phone: string
  readonly skype: ''
  readonly real_name: string
  readonly real_name_normalized: string
  readonly display_name: string
  readonly display_name_normalized: string
  /** `null` in `users.list` alone. */
  readonly fields: Readonly<Record<string, WireFieldValue>> | null
  readonly status_text: string
  readonly status_emoji: string
  readonly status_emoji_display_info: readonly WireEmoji[]
  readonly status_expiration: number
  readonly avatar_hash: string
  readonly api_app_id?: string
  readonly always_active?: boolean
  readonly bot_id?: string
  readonly image_original?: string
  readonly is_custom_image?: true
  readonly start_date?: string
  readonly email?: string
  readonly pronouns?: string
  readonly huddle_state?: 'default_unset'
  readonly huddle_state_expiration_ts?: 0
  readonly first_name?: string
  readonly last_name?: string
  readonly image_24: string
  readonly image_32: string
  readonly image_48: string
  readonly image_72: string
  readonly image_192: string
  readonly image_512: string
  readonly image_1024?: string
  readonly status_text_canonical: ''
  readonly team: string
  readonly guest_invited_by?: null
  readonly guest_expiration_ts?: null
}

/** One custom field. Only a `tags` field has `values` (docs/decisions/0012). */
export interface WireFieldValue {
  readonly value: string
  readonly alt: string
  readonly values?: readonly { readonly value: string; readonly alt: string }[]
  readonly label?: string
}

/** How to draw the emoji of a status. */
export interface WireEmoji {
  readonly emoji_name: string
  readonly display_url: string
  /** Of an alias: the name it stands for. */
  readonly display_alias?: string
  /** Of a standard emoji. */
  readonly unicode?: string
}

/** A user as it leaves the server. A deactivated one has only the keys that are not optional here. */
export interface WireUser {
  readonly id: string
  readonly team_id: string
  readonly name: string
  readonly deleted: boolean
  readonly color?: string
  readonly real_name?: string
  readonly tz?: string
  readonly tz_label?: string
  readonly tz_offset?: number
  readonly profile: WireProfile
  readonly is_admin?: boolean
  readonly is_owner?: boolean
  readonly is_primary_owner?: boolean
  readonly is_restricted?: boolean
  readonly is_ultra_restricted?: boolean
  readonly is_bot: boolean
  readonly is_app_user: boolean
  readonly updated: number
  readonly is_email_confirmed?: boolean
  readonly has_2fa?: boolean
  readonly who_can_share_contact_card?: 'EVERYONE'
  readonly locale?: string
}
