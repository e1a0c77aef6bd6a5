import { isRefusal, type Refusal, refuse } from '../../errors.ts'
import type { Tag } from '../../user.ts'
import type { FieldInput } from '../patch.ts'
import { ALT_LENGTH_MAX } from './alt.ts'
import { limited } from './text.ts'

/** Slack: "Individual tags can hold up to 50 characters … end-users can only add 75 tags" — users.profile.set, tags.
 * The 75 hold for everyone — docs/decisions/0012. */
export const TAG_LENGTH_MAX = 50
export const TAGS_MAX = 75

/** Longer than any list of tags that can be right; so a text of many commas is not split into as many pieces. */
const TAGS_TEXT_LENGTH_MAX = 2 * TAGS_MAX * (2 * TAG_LENGTH_MAX + 1)

/** The tags that were sent, distinct, in the order given. None: the field is to be removed. `undefined`: not sent. */
export function parseTags(
  input: FieldInput,
  field: string,
): readonly Tag[] | undefined | Refusal<'too_long' | 'profile_set_failed'> {
  const sent = input.values ?? input.value
  if (sent === undefined) return undefined
  const list = typeof sent === 'string' ? splitTags(sent, field) : sent
  if (isRefusal(list)) return list
  if (list.every((tag) => tag.value === '')) return []
  return checkTags(list, field)
}

function splitTags(text: string, field: string): readonly Tag[] | Refusal<'profile_set_failed'> {
  if (text.length > TAGS_TEXT_LENGTH_MAX) return refuseCount(field)
  return text.split(',').map((value) => ({ value, alt: '' }))
}

function checkTags(list: readonly Tag[], field: string): readonly Tag[] | Refusal<'too_long' | 'profile_set_failed'> {
  const distinct = new Map<string, Tag>()
  for (const [index, tag] of list.entries()) {
    const refused = checkTag(tag, index + 1, field)
    if (refused) return refused
    if (!distinct.has(tag.value)) distinct.set(tag.value, tag)
  }
  return distinct.size > TAGS_MAX ? refuseCount(field) : [...distinct.values()]
}

function checkTag(tag: Tag, place: number, field: string): Refusal<'too_long' | 'profile_set_failed'> | undefined {
  if (tag.value === '') return refuse('profile_set_failed', `${field}: tag ${place} is empty.`, { field })
  // Read back, tags are joined by commas.
  if (tag.value.includes(',')) {
    return refuse('profile_set_failed', `${field}: tag ${place} contains a comma, which separates tags.`, { field })
  }
  const value = limited(tag.value, TAG_LENGTH_MAX, field)
  if (isRefusal(value)) return value
  const alt = limited(tag.alt, ALT_LENGTH_MAX, field)
  return isRefusal(alt) ? alt : undefined
}

function refuseCount(field: string): Refusal<'profile_set_failed'> {
  return refuse('profile_set_failed', `${field} takes at most ${TAGS_MAX} tags.`, { field })
}
