/** Keys of a profile as it is read that cannot be written. Slack: "The `skype` field will always be an empty string and
 * cannot be set otherwise"; "profile image fields … cannot be set" — users.profile.set. */
const READ_ONLY_KEYS: ReadonlySet<string> = new Set([
  'skype',
  'avatar_hash',
  'always_active',
  'is_custom_image',
  'team',
  'bot_id',
  'api_app_id',
  'status_emoji_display_info',
  'status_emoji_url',
  'status_text_canonical',
  'status_clear_on_focus_end',
  'status_default_emoji',
  'status_default_text',
  'status_default_text_canonical',
  'huddle_state',
  'huddle_state_expiration_ts',
  'huddle_state_call_id',
  'guest_invited_by',
  'guest_expiration_ts',
  'guest_channels',
  'ooo_message',
  'username',
  'name',
  'id',
  'user_id',
  'team_id',
  'updated',
  'status',
  'tz',
  'tz_label',
  'tz_offset',
  'color',
  'deleted',
  'locale',
  'two_factor_type',
  'who_can_share_contact_card',
  'last_avatar_image_hash',
  'memberships_count',
  'email_pending',
])

/** Whether the key is one of a profile or user as read, rather than a slip of the pen. */
export function isReadOnlyKey(key: string): boolean {
  return (
    READ_ONLY_KEYS.has(key) ||
    key.startsWith('image_') ||
    key.startsWith('is_') ||
    key.startsWith('has_') ||
    key.endsWith('_normalized')
  )
}
