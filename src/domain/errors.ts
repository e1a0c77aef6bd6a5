/** An expected no. It is returned, never thrown; its code is what Slack's clients read in `error`.
 * A class, so that no JSON sent by a caller can pass for one. */
export class Refusal<Code extends ErrorCode = ErrorCode> {
  readonly refused: Code
  /** Lines for `response_metadata.messages` that say what to change, without their `[ERROR] ` mark. */
  readonly messages: readonly string[]
  /** Keys that stand beside `error` in the answer: `limit` and `field`, `needed` and `provided`, … */
  readonly detail: Readonly<Record<string, unknown>> | undefined
  /** Whole seconds until the same call would pass; with `ratelimited` and `service_unavailable` only. */
  readonly retryAfterSeconds: number | undefined
  /** Makes the type nominal. */
  protected readonly nominal = true

  constructor(
    refused: Code,
    messages: readonly string[],
    detail?: Readonly<Record<string, unknown>>,
    retryAfterSeconds?: number,
  ) {
    this.refused = refused
    this.messages = messages
    this.detail = detail
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Makes a refusal. `explanation` is a sentence for the caller: which field, which rule, which value's place. */
export function refuse<Code extends ErrorCode>(
  code: Code,
  explanation?: string,
  detail?: Readonly<Record<string, unknown>>,
): Refusal<Code> {
  return new Refusal(code, explanation === undefined ? [] : [explanation], detail)
}

export function isRefusal(outcome: unknown): outcome is Refusal {
  return outcome instanceof Refusal
}

/** Every error code this server knows, with the sentence that the reference prints. */
export const ERRORS = {
  // A token, and what it may do.
  not_authed: 'No token was sent.',
  invalid_auth: 'The token is malformed or unknown.',
  account_inactive: 'The bot token belongs to a deactivated user.',
  token_revoked: 'The token was revoked, or its user was deactivated.',
  token_expired: 'The token was valid until a time that has passed.',
  no_permission: 'A workspace token needs a header X-Slack-User that names a member of its team.',
  missing_scope: 'The token lacks a scope; `needed` names it and `provided` lists what it has.',
  not_bearer_token: 'The token is no bearer token.',
  not_allowed_token_type: 'This kind of token cannot call this method.',
  is_bot: 'A bot user cannot call this method.',
  access_denied: 'The app is restricted by the team.',
  accesslimited: 'The token is valid, but the address is outside the networks that the team allows.',
  two_factor_setup_required: 'The team requires two-factor authentication and the user has not set it up.',
  // The state of a team.
  org_login_required: 'The team is being moved to an organisation.',
  team_added_to_org: 'The team is being added to an organisation; calls fail from time to time until that is done.',
  ekm_access_denied: 'The administrators have suspended access to the encryption keys.',
  enterprise_is_restricted: 'The method cannot be called from an organisation.',
  // The shape of a call.
  unknown_method: 'There is no method of this name; `req_method` repeats it.',
  method_deprecated: 'The method has been deprecated.',
  deprecated_endpoint: 'The endpoint has been deprecated.',
  invalid_arguments: 'An argument is missing or wrong; the messages say which.',
  invalid_arg_name: "An argument's name is too long or has characters other than letters, digits and `_`.",
  invalid_array_arg: 'An argument was sent as an array (`a[]=` or `a[b]=`).',
  invalid_charset: 'The charset of the content type is neither utf-8 nor iso-8859-1.',
  invalid_form_data: 'The form in the body cannot be read.',
  invalid_json: 'The body is not JSON.',
  json_not_object: 'The body is JSON, but not an object.',
  invalid_post_type:
    'The content type is none of application/json, application/x-www-form-urlencoded, multipart/form-data and text/plain.',
  missing_post_type: 'The call has a body but no content type.',
  request_timeout: 'The body did not arrive in time, or was cut short.',
  // The state of this server.
  ratelimited: 'Too many calls; Retry-After says how many seconds to wait.',
  service_unavailable: 'The server cannot answer just now; try again after the seconds in Retry-After.',
  fatal_error: 'The outcome is unknown: part of the call may have succeeded.',
  internal_error: 'A fault of this server; nothing was changed.',
  // Profiles.
  invalid_profile:
    'The profile is missing, is no JSON object, has too many or too long keys, or text that cannot be stored.',
  profile_set_failed: 'A value was refused; `field` names it and the messages say why.',
  partial_profile_set_failed: 'Only a part of the profile was set.',
  reserved_name: 'The first or last name is reserved.',
  name_not_allowed: 'A name contains a URL.',
  invalid_starts_with_at: 'A name starts with @.',
  invalid_emoji_not_allowed: 'A name contains an emoji.',
  username_same: 'The username is the present one.',
  too_long: 'A value is longer than `limit` characters; `field` names it.',
  email_taken: 'Another member of the team has this email address.',
  must_clear_both_status_text_and_status_emoji:
    'To clear a status, send both `status_text` and `status_emoji` as empty strings.',
  profile_status_set_failed_not_emoji_syntax: 'The status emoji is not written as `:name:`.',
  profile_status_set_failed_not_valid_emoji: 'The team has no emoji of this name.',
  invalid_ooo_message: 'The out-of-office message is no text or is too long.',
  not_admin: 'Only admins change the profile of somebody else, or an email address.',
  not_an_owner: 'Only owners of the team can call this method.',
  not_app_admin: "Only owners and the app's collaborators change the profile of a bot user.",
  cannot_update_admin_user: 'The rank of the caller does not allow changing this admin or owner.',
  permission_denied: "The team's plan or settings do not allow this change.",
  sudo_required: "Changing somebody else's profile needs a more recent sign-in.",
  // People.
  user_not_found: 'The team has no such user.',
  user_not_visible: 'The user is not visible to the caller.',
  too_many_users: 'Too many users were asked for.',
  // Sockets.
  forbidden_team: 'The team may not use Socket Mode.',
  insecure_request: 'The method was not called with POST.',
  missing_args: 'No app-level token was sent.',
} as const

export type ErrorCode = keyof typeof ERRORS
