import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReadOnlyKey } from './read-only-keys.ts'

/** Every key that Slack's pages, its OpenAPI of 2021 or the typed SDKs know in a user or a profile and that cannot be
 * set; `real_name` and its like stand in both and can. */
const READ_ONLY = [
  ...['skype', 'real_name_normalized', 'display_name_normalized', 'status_emoji_display_info', 'avatar_hash', 'team'],
  ...['image_24', 'image_512', 'image_1024', 'image_original', 'is_custom_image', 'api_app_id', 'always_active'],
  ...['bot_id', 'huddle_state', 'huddle_state_expiration_ts', 'huddle_state_call_id', 'status_text_canonical'],
  ...['status_emoji_url', 'status_clear_on_focus_end', 'status_default_emoji', 'status_default_text'],
  ...['status_default_text_canonical', 'guest_invited_by', 'guest_expiration_ts', 'guest_channels', 'is_app_user'],
  ...['last_avatar_image_hash', 'memberships_count', 'name', 'user_id', 'username', 'updated', 'is_restricted'],
  ...['id', 'team_id', 'deleted', 'color', 'tz', 'tz_label', 'tz_offset', 'status', 'is_admin', 'is_owner', 'is_bot'],
  ...['is_email_confirmed', 'has_2fa', 'two_factor_type', 'who_can_share_contact_card', 'locale', 'email_pending'],
]

for (const key of READ_ONLY) {
  test(`${key} is known as a key that cannot be set`, () => assert.equal(isReadOnlyKey(key), true))
}

for (const key of ['title', 'fields', 'Xf0ROLE001', 'titel', 'real_names', '', '__proto__']) {
  test(`${JSON.stringify(key)} is none`, () => assert.equal(isReadOnlyKey(key), false))
}
