import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHarness } from '../../test/support/harness.ts'
import { aWorld } from '../../test/support/world.ts'
import { type ErrorCode, refuse } from '../domain/errors.ts'
import { ONLY_BY_FAULT, PIPELINE_ERRORS } from '../web-api/pipeline-errors.ts'
import { usersProfileSet } from './users.profile.set.ts'

/** The errors that Slack's pages have published for `users.profile.set`, those of every method among them. */
const PUBLISHED: readonly ErrorCode[] = [
  ...(['reserved_name', 'invalid_profile', 'profile_set_failed', 'partial_profile_set_failed', 'not_admin'] as const),
  ...(['not_app_admin', 'cannot_update_admin_user', 'too_long', 'email_taken', 'username_same'] as const),
  ...(['must_clear_both_status_text_and_status_emoji', 'invalid_emoji_not_allowed', 'invalid_ooo_message'] as const),
  ...(['invalid_starts_with_at', 'name_not_allowed', 'permission_denied', 'sudo_required', 'not_authed'] as const),
  ...([
    'invalid_auth',
    'access_denied',
    'account_inactive',
    'token_revoked',
    'token_expired',
    'no_permission',
  ] as const),
  ...(['org_login_required', 'ekm_access_denied', 'missing_scope', 'not_allowed_token_type'] as const),
  ...(['method_deprecated', 'deprecated_endpoint', 'two_factor_setup_required', 'enterprise_is_restricted'] as const),
  ...(['is_bot', 'invalid_arguments', 'invalid_arg_name', 'invalid_array_arg', 'invalid_charset'] as const),
  ...(['invalid_form_data', 'invalid_post_type', 'missing_post_type', 'team_added_to_org', 'ratelimited'] as const),
  ...(['accesslimited', 'request_timeout', 'service_unavailable', 'fatal_error', 'internal_error'] as const),
]

const unreachable = Object.keys({ ...usersProfileSet.unreachable, ...ONLY_BY_FAULT })

test('every published error is declared, where scenarios reach it, or said to need a fault', () => {
  const declared: readonly string[] = [...usersProfileSet.errors, ...PIPELINE_ERRORS, ...unreachable]
  assert.deepEqual(
    PUBLISHED.filter((code) => !declared.includes(code)),
    [],
  )
})

test('what is said to need a fault is published, and no other call is answered with it', () => {
  const answered: readonly string[] = [...usersProfileSet.errors, ...PIPELINE_ERRORS]
  for (const code of unreachable) assert.ok((PUBLISHED as readonly string[]).includes(code), code)
  for (const code of Object.keys(ONLY_BY_FAULT)) assert.ok(!answered.includes(code), code)
})

for (const code of unreachable) {
  test(`a fault answers ${code}, and nothing is written`, async (t) => {
    const fault = { id: 'F1', delayMs: 0, refusal: refuse(code as ErrorCode), status: undefined }
    const harness = await startHarness([aWorld()], undefined, { faults: { take: () => fault } })
    t.after(() => harness.close())
    const { status, json } = await harness.call('users.profile.set', {
      as: 'xoxp-mel',
      args: { profile: { title: 'Barista' } },
    })
    assert.deepEqual([status, json], [200, { ok: false, error: code }])
    assert.deepEqual(await harness.events(), [])
  })
}
