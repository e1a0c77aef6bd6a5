import { isRefusal, type Refusal, refuse } from '../../errors.ts'
import type { UserId } from '../../ids.ts'
import type { FieldDefinition, FieldType } from '../../team.ts'
import type { FieldValue, Tag } from '../../user.ts'
import type { FieldInput } from '../patch.ts'
import { parseAlt } from './alt.ts'
import { parseDate } from './date.ts'
import { parseLink } from './link.ts'
import { parseLongText } from './long-text.ts'
import { parseOption } from './options-list.ts'
import { parseTags } from './tags.ts'
import { parseTextValue } from './text.ts'
import { parseUsers } from './user.ts'

export type FieldError = 'too_long' | 'profile_set_failed'

/** What one custom field becomes: its new value, or `undefined` where it is to be removed — docs/decisions/0013.
 * Where no value was sent the present one stays, with the alt that was sent. */
export function changeField(
  definition: FieldDefinition,
  present: FieldValue | undefined,
  input: FieldInput,
  knownUsers: ReadonlySet<UserId>,
): FieldValue | undefined | Refusal<FieldError> {
  const { id, type } = definition
  const alt = parseAlt(input.alt ?? '', id)
  if (isRefusal(alt)) return alt

  if (type === 'tags') {
    const tags = parseTags(input, id)
    if (tags === undefined) return withAlt(present, input)
    if (isRefusal(tags)) return tags
    return tags.length === 0 ? undefined : { value: tags.map((tag) => tag.value).join(','), alt, tags }
  }

  if (input.value === undefined) return withAlt(present, input)
  const value = type === 'user' ? parseUsers(input.value, knownUsers, id) : parseSingle(definition, type, input.value)
  if (isRefusal(value)) return value
  return value === '' ? undefined : { value, alt }
}

function withAlt(present: FieldValue | undefined, { alt }: FieldInput): FieldValue | undefined {
  return present === undefined || alt === undefined ? present : { ...present, alt }
}

function parseSingle(
  { id, possibleValues }: FieldDefinition,
  type: Exclude<FieldType, 'tags' | 'user'>,
  sent: string | readonly Tag[],
): string | Refusal<FieldError> {
  if (typeof sent !== 'string') return refuse('profile_set_failed', `${id} takes text, not a list.`, { field: id })
  if (sent === '') return ''
  switch (type) {
    case 'text':
      return parseTextValue(sent, id)
    case 'long_text':
      return parseLongText(sent, id)
    case 'date':
      return parseDate(sent, id)
    case 'link':
      return parseLink(sent, id)
    case 'options_list':
      return parseOption(sent, possibleValues, id)
    default:
      return type satisfies never
  }
}
