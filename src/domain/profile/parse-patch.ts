import { isRefusal, type Refusal, refuse } from '../errors.ts'
import { type FieldId, parseFieldId, type UserId } from '../ids.ts'
import { parseFieldInput } from './fields/field-input.ts'
import { userIdsIn } from './fields/user.ts'
import { quoteKeys } from './notices.ts'
import { parseText, refuseUnstorable, type TextError } from './parse-text.ts'
import { CORE_KEYS, type CoreKey, type FieldInput, type ProfilePatch } from './patch.ts'
import { isReadOnlyKey } from './read-only-keys.ts'
import { isLongerThan, isStorable } from './text.ts'

export type ParsePatchError = TextError | 'invalid_ooo_message'

/** Slack: "At most 50 fields may be set. Each field name is limited to 255 characters." — users.profile.set */
export const PATCH_KEYS_MAX = 50
export const PATCH_KEY_LENGTH_MAX = 255
/** docs/decisions/0023 */
export const OOO_MESSAGE_LENGTH_MAX = 1000

export interface PatchArgs {
  /** Parsed JSON, of any shape. */
  readonly profile?: unknown
  readonly name?: string | undefined
  readonly value?: string | undefined
}

/** Reads the arguments of users.profile.set. Needs no state, so it can refuse before anything is loaded. */
export function parsePatch({ profile, name, value }: PatchArgs): ProfilePatch | Refusal<ParsePatchError> {
  const draft: Draft = { core: {}, fields: new Map(), readOnly: [], unknown: [] }
  const present = profile !== undefined && profile !== null

  const refused = present ? readProfile(draft, profile) : readSingle(draft, name ?? '', value ?? '')
  if (refused) return refused

  // Slack: "Usable only if `profile` is not passed." — users.profile.set, name and value; docs/decisions/0001
  const overruled = present && (name !== undefined || value !== undefined)
  return finish(draft, overruled ? ['`name` and `value` are ignored, because `profile` was sent.'] : [])
}

/** The patch while it is being read. */
interface Draft {
  readonly core: Partial<Record<CoreKey, string>>
  readonly fields: Map<FieldId, FieldInput>
  readonly readOnly: string[]
  readonly unknown: string[]
  statusExpiration?: number
  username?: string
}

type Refused = Refusal<ParsePatchError> | undefined

function readProfile(draft: Draft, profile: unknown): Refused {
  if (typeof profile !== 'object' || profile === null || Array.isArray(profile)) {
    return refuse('invalid_profile', '`profile` is not a JSON object.')
  }
  const keys = Object.keys(profile)
  if (keys.length > PATCH_KEYS_MAX) {
    return refuse('invalid_profile', `\`profile\` has more than ${PATCH_KEYS_MAX} keys.`)
  }
  for (const key of keys) {
    const refused = readKey(draft, key, (profile as Record<string, unknown>)[key])
    if (refused) return refused
  }
  return undefined
}

function readSingle(draft: Draft, name: string, value: string): Refused {
  if (name === '') return refuse('invalid_profile', 'Send `profile`, or `name` and `value`.')
  if (name !== 'username') return readKey(draft, name, value)

  if (!isStorable(value)) return refuseUnstorable()
  draft.username = value
  return undefined
}

const CORE: ReadonlyMap<string, CoreKey> = new Map(CORE_KEYS.map((key) => [key, key]))

function readKey(draft: Draft, key: string, value: unknown): Refused {
  const coreKey = CORE.get(key)
  if (coreKey !== undefined) return readCore(draft, coreKey, value)
  if (key === 'status_expiration') return readExpiration(draft, value)
  if (key === 'fields') return readFields(draft, value)
  return readUncommon(draft, key, value)
}

function readCore(draft: Draft, key: CoreKey, value: unknown): Refused {
  const text = parseText(value, key)
  if (isRefusal(text)) return text
  if (text !== undefined) draft.core[key] = text
  return undefined
}

/** Slack: "the Unix Timestamp of when the status will expire" — users.profile.set; docs/decisions/0027 */
function readExpiration(draft: Draft, value: unknown): Refused {
  if (value === null || value === undefined) return undefined
  const seconds = typeof value === 'string' && /^[0-9]{1,16}$/.test(value) ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds) || seconds < 0) {
    const field = 'status_expiration'
    return refuse('profile_set_failed', `${field} takes whole Unix seconds, or 0 for never.`, { field })
  }
  // Adding 0 turns -0 into 0.
  draft.statusExpiration = seconds + 0
  return undefined
}

function readFields(draft: Draft, value: unknown): Refused {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return undefined
  const fields = typeof value === 'string' ? parseJson(value) : value
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    return refuse('profile_set_failed', 'fields takes an object of custom fields by id.', { field: 'fields' })
  }
  const keys = Object.keys(fields)
  if (keys.length > PATCH_KEYS_MAX) {
    return refuse('invalid_profile', `\`fields\` has more than ${PATCH_KEYS_MAX} entries.`)
  }
  for (const key of keys) {
    const refused = readField(draft, key, (fields as Record<string, unknown>)[key])
    if (refused) return refused
  }
  return undefined
}

function readField(draft: Draft, key: string, value: unknown): Refused {
  const id = parseFieldId(key)
  if (id === undefined) return ignore(draft.unknown, `fields.${key}`, key, value)

  const input = parseFieldInput(value, id)
  if (isRefusal(input)) return input
  if (input !== undefined) draft.fields.set(id, input)
  return undefined
}

function readUncommon(draft: Draft, key: string, value: unknown): Refused {
  // Slack: "update a custom profile field by providing a key:value pair where the key is the relevant ID"
  if (parseFieldId(key) !== undefined) return readField(draft, key, value)
  if (key === 'ooo_message' && value !== null && value !== undefined) {
    if (typeof value !== 'string' || isLongerThan(value, OOO_MESSAGE_LENGTH_MAX)) {
      return refuse('invalid_ooo_message', `ooo_message takes text of at most ${OOO_MESSAGE_LENGTH_MAX} characters.`)
    }
  }
  return ignore(isReadOnlyKey(key) ? draft.readOnly : draft.unknown, key, key, value)
}

/** Keys that cannot be set are no error: typed clients cannot help sending them — docs/decisions/0004. */
function ignore(names: string[], shown: string, key: string, value: unknown): Refused {
  if (!isStorable(key) || (typeof value === 'string' && !isStorable(value))) return refuseUnstorable()
  if (isLongerThan(key, PATCH_KEY_LENGTH_MAX)) {
    return refuse('invalid_profile', `A key is longer than ${PATCH_KEY_LENGTH_MAX} characters.`)
  }
  if (value !== null && value !== undefined) names.push(shown)
  return undefined
}

function finish(draft: Draft, notices: string[]): ProfilePatch {
  if (draft.readOnly.length > 0) notices.push(`Ignored, because they cannot be set here: ${quoteKeys(draft.readOnly)}.`)
  if (draft.unknown.length > 0) notices.push(`Ignored, because there are no such keys: ${quoteKeys(draft.unknown)}.`)
  const { core, fields, statusExpiration, username } = draft
  return {
    core,
    fields,
    notices,
    mentionedUserIds: fields.size === 0 ? NOBODY : mentioned(fields),
    ...(statusExpiration === undefined ? {} : { statusExpiration }),
    ...(username === undefined ? {} : { username }),
  }
}

const NOBODY: readonly UserId[] = []

function mentioned(fields: ReadonlyMap<FieldId, FieldInput>): readonly UserId[] {
  const ids = new Set<UserId>()
  for (const { value } of fields.values()) {
    if (value !== undefined) for (const id of userIdsIn(value)) ids.add(id)
  }
  return [...ids]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
