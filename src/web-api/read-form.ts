import { type Refusal, refuse } from '../domain/errors.ts'
import type { RawArgs } from './call.ts'

export type FormError = 'invalid_form_data' | 'invalid_arg_name' | 'invalid_array_arg'

const ARG_NAME_LENGTH_MAX = 100
/** Of one call (docs/decisions/0050). */
export const ARGS_MAX = 200

/** Reads `a=1&b=2`. Written here because it runs on every call: the platform's own readers pass over broken escapes
 * in silence, and take three times as long. A name that comes twice keeps its last value, as in PHP. */
export function readForm(text: string, place: 'body' | 'query'): RawArgs | Refusal<FormError> {
  const args = new Map<string, unknown>()
  if (text === '') return args
  if (place === 'body' && text.startsWith('{')) {
    return refuse('invalid_form_data', 'the body looks like JSON: send it with Content-Type: application/json')
  }
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1))
    if (name === undefined || value === undefined) {
      return refuse('invalid_form_data', `the ${place} has a % escape that is not UTF-8`)
    }
    const wrongName = judgeName(name)
    if (wrongName) return wrongName
    args.set(name, value)
    if (args.size > ARGS_MAX) return refuse('invalid_form_data', `send at most ${ARGS_MAX} arguments`)
  }
  return args
}

/** Slack: "very long names and names with non-alphanumeric characters other than `_`" — errors, invalid_arg_name. */
export function judgeName(name: string): Refusal<'invalid_arg_name' | 'invalid_array_arg'> | undefined {
  if (isPlainName(name)) return undefined
  if (/^\w+\[/.test(name) && name.length <= ARG_NAME_LENGTH_MAX) {
    return refuse('invalid_array_arg', 'send arguments as strings; an object such as `profile` goes as JSON text')
  }
  return refuse('invalid_arg_name', 'an argument name has letters, digits and _ only')
}

function isPlainName(name: string): boolean {
  return name.length <= ARG_NAME_LENGTH_MAX && /^[A-Za-z0-9_]+$/.test(name)
}

function decode(text: string): string | undefined {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return undefined
  }
}
