import { type Refusal, refuse } from '../errors.ts'
import { isStorable } from './text.ts'

export type TextError = 'invalid_profile' | 'profile_set_failed'

/** Reads what is due to be text. `null` means absent; numbers and booleans become strings (docs/decisions/0004). */
export function parseText(raw: unknown, field: string): string | undefined | Refusal<TextError> {
  if (typeof raw === 'string') return isStorable(raw) ? raw : refuseUnstorable()
  if (raw === null || raw === undefined) return undefined
  if (typeof raw === 'boolean') return String(raw)
  if (typeof raw === 'number') return parseNumber(raw, field)
  return refuse('profile_set_failed', `${field} takes text, not an object or a list.`, { field })
}

/** A number that JSON could not carry exactly would be stored as another one. */
function parseNumber(raw: number, field: string): string | Refusal<'profile_set_failed'> {
  if (!Number.isFinite(raw) || (Number.isInteger(raw) && !Number.isSafeInteger(raw))) {
    return refuse('profile_set_failed', `${field} is a number that cannot be kept exactly; send it as text.`, { field })
  }
  return String(raw)
}

export function refuseUnstorable(): Refusal<'invalid_profile'> {
  return refuse('invalid_profile', 'The profile contains NUL or half of a surrogate pair, which cannot be stored.')
}
