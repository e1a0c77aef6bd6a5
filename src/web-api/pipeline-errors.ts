import type { ErrorCode } from '../domain/errors.ts'

/** What the pipeline itself may answer to a call of any method that needs a token, in the order of its checks
 * (docs/decisions/0030). A method declares only what it adds. */
export const PIPELINE_ERRORS = [
  'invalid_post_type',
  'missing_post_type',
  'invalid_charset',
  'invalid_form_data',
  'invalid_json',
  'json_not_object',
  'invalid_arg_name',
  'invalid_array_arg',
  'not_authed',
  'invalid_auth',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'no_permission',
  'org_login_required',
  'team_added_to_org',
  'ekm_access_denied',
  'service_unavailable',
  'accesslimited',
  'access_denied',
  'two_factor_setup_required',
  'ratelimited',
  'not_allowed_token_type',
  'is_bot',
  'missing_scope',
  'invalid_arguments',
  'request_timeout',
  'fatal_error',
  'internal_error',
] as const satisfies readonly ErrorCode[]

export type PipelineError = (typeof PIPELINE_ERRORS)[number]

/** What the pipeline answers about a token: a method that needs none never does. */
export const TOKEN_ERRORS: ReadonlySet<string> = new Set([
  'not_authed',
  'invalid_auth',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'no_permission',
  'org_login_required',
  'team_added_to_org',
  'ekm_access_denied',
  'accesslimited',
  'access_denied',
  'two_factor_setup_required',
  'not_allowed_token_type',
  'is_bot',
  'missing_scope',
] satisfies PipelineError[])

/** Codes in Slack's tables that no call to this server can provoke, each with the reason. A fault that is injected on
 * purpose can still answer them. */
export const ONLY_BY_FAULT = {
  method_deprecated: 'No method here is deprecated.',
  deprecated_endpoint: 'No endpoint here is deprecated.',
  enterprise_is_restricted: 'A team here never belongs to an organisation.',
} as const satisfies Partial<Record<ErrorCode, string>>
