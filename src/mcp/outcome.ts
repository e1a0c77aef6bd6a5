import { ERRORS, type ErrorCode } from '../domain/errors.ts'
import type { ApiAnswer } from './api.ts'
import type { Outcome } from './tool.ts'

/** What stands beside `error` in an answer and is told otherwise. */
const TOLD_APART = new Set(['ok', 'error', 'response_metadata', 'retryAfterSeconds', 'warning'])

/** An answer of the Web API as what a tool brings. */
export function outcomeOf(answer: ApiAnswer): Outcome {
  if (!answer.ok) return { isError: true, text: tellRefusal(answer), data: answer }
  return { isError: false, text: JSON.stringify(answer), data: answer }
}

/** The agent's own mistake, found before anything was called. */
export function mistake(sentence: string): Outcome {
  return { isError: true, text: `invalid_arguments: ${sentence}` }
}

/** The code, what it means, what was wrong in this call, and what to do: an agent has nothing else to go by. */
export function tellRefusal(answer: ApiAnswer): string {
  const code = answer.error ?? 'unknown_error'
  const lines = [
    isKnown(code) ? `${code}: ${ERRORS[code]}` : code,
    ...(answer.response_metadata?.messages ?? []).map((message) => message.replace(/^\[(ERROR|WARN)\] /, '')),
    ...Object.entries(answer)
      .filter(([key]) => !TOLD_APART.has(key))
      .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`),
  ]
  const advice = ADVICE[code]
  if (advice !== undefined) lines.push(advice)
  if (answer.retryAfterSeconds !== undefined) {
    lines.push(`Wait ${answer.retryAfterSeconds} seconds, then make the same call again.`)
  }
  return lines.join('\n')
}

const OTHER_TOKEN = 'Nothing in the call can mend this: ask the person for another token.'
const CORRECT_IT = 'Nothing was changed. Correct this value and send the call again.'

/** What to do, where the sentence of the code does not say it. */
const ADVICE: Readonly<Record<string, string>> = {
  not_authed: OTHER_TOKEN,
  invalid_auth: OTHER_TOKEN,
  account_inactive: OTHER_TOKEN,
  token_revoked: OTHER_TOKEN,
  token_expired: OTHER_TOKEN,
  not_allowed_token_type: OTHER_TOKEN,
  missing_scope: 'Nothing in the call can mend this: ask the person for a token that has the needed scope.',
  not_admin: 'Leave `user` out to change your own profile, or ask for the token of an admin.',
  user_not_found: 'Send the id of a member, such as U0ADA00001; names are no ids. Leave `user` out for the caller.',
  too_long: CORRECT_IT,
  profile_set_failed: CORRECT_IT,
  profile_status_set_failed_not_emoji_syntax: 'Write the emoji as a name between colons, such as :coffee:.',
  profile_status_set_failed_not_valid_emoji: 'Choose another emoji; common names such as :coffee: exist everywhere.',
  fatal_error: 'Read the profile before you send the call again.',
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code)
}
