import type { Settings } from '../team.ts'
import { quoteKeys } from './notices.ts'
import { CORE_KEYS, type CoreKey, type ProfilePatch } from './patch.ts'

/** Keys that a change of one key would change as well: closing the one has to close the others. */
const CLOSES: ReadonlyMap<string, readonly string[]> = new Map([
  ['real_name', ['real_name', 'first_name', 'last_name']],
  ['first_name', ['first_name', 'real_name']],
  ['last_name', ['last_name', 'real_name']],
  ['status_text', ['status_text', 'status_emoji', 'status_expiration']],
  ['status_emoji', ['status_text', 'status_emoji', 'status_expiration']],
])

/** The patch without the core keys that the team has closed to changes; they are ignored with a notice —
 * docs/decisions/0004. Names hang together, and so do the parts of a status — docs/decisions/0049. */
export function withoutUneditable(patch: ProfilePatch, { uneditableFields }: Settings): ProfilePatch {
  if (uneditableFields.length === 0) return patch
  const closed = new Set(uneditableFields.flatMap((key) => CLOSES.get(key) ?? key))
  const dropped: string[] = CORE_KEYS.filter((key) => patch.core[key] !== undefined && closed.has(key))
  const { statusExpiration, ...rest } = patch
  const dropsExpiration = statusExpiration !== undefined && closed.has('status_expiration')
  if (dropsExpiration) dropped.push('status_expiration')
  if (dropped.length === 0) return patch

  const kept = CORE_KEYS.filter((key) => patch.core[key] !== undefined && !closed.has(key))
  return {
    ...rest,
    core: Object.fromEntries(kept.map((key): [CoreKey, string | undefined] => [key, patch.core[key]])),
    ...(statusExpiration === undefined || dropsExpiration ? {} : { statusExpiration }),
    notices: [...patch.notices, `Ignored, because the team has closed them to changes: ${quoteKeys(dropped)}.`],
  }
}
