import { type Refusal, refuse } from '../../errors.ts'

/** Slack: "the `value` must be one of the `possible_values` in the field definition" — users.profile.set, options_list */
export function parseOption(
  text: string,
  possibleValues: readonly string[] | null,
  field: string,
): string | Refusal<'profile_set_failed'> {
  if (possibleValues?.includes(text)) return text
  return refuse('profile_set_failed', `${field} takes one of its possible values.`, { field })
}
