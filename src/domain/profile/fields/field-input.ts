import type { Refusal } from '../../errors.ts'
import { isRefusal, refuse } from '../../errors.ts'
import type { Tag } from '../../user.ts'
import { parseText, type TextError } from '../parse-text.ts'
import type { FieldInput } from '../patch.ts'

/** No type takes as many; it keeps a hostile list from being copied whole. */
export const FIELD_ITEMS_MAX = 1000

/** Reads one custom field: `{value, alt}`, a bare text, a list of `{value, alt}`, `{value: […], alt}`, or what is read
 * back (docs/decisions/0012, 0013). `null` means absent. A `type` or `label` beside the value is ignored. */
export function parseFieldInput(raw: unknown, field: string): FieldInput | undefined | Refusal<TextError> {
  if (raw === null || raw === undefined) return undefined
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    const value = parseValue(raw, field)
    return value === undefined || isRefusal(value) ? value : { value }
  }

  const value = parseValue(own(raw, 'value'), field)
  if (isRefusal(value)) return value
  const list = own(raw, 'values')
  const values = Array.isArray(list) ? parseItems(list, field) : undefined
  if (isRefusal(values)) return values
  const alt = parseText(own(raw, 'alt'), field)
  if (isRefusal(alt)) return alt

  return {
    ...(value === undefined ? {} : { value }),
    ...(values === undefined ? {} : { values }),
    ...(alt === undefined ? {} : { alt }),
  }
}

function parseValue(raw: unknown, field: string): string | readonly Tag[] | undefined | Refusal<TextError> {
  return Array.isArray(raw) ? parseItems(raw, field) : parseText(raw, field)
}

function parseItems(list: readonly unknown[], field: string): readonly Tag[] | Refusal<TextError> {
  if (list.length > FIELD_ITEMS_MAX) {
    return refuse('profile_set_failed', `${field} takes at most ${FIELD_ITEMS_MAX} values.`, { field })
  }
  const items: Tag[] = []
  for (const entry of list) {
    const item = parseItem(entry, field)
    if (isRefusal(item)) return item
    if (item !== undefined) items.push(item)
  }
  return items
}

function parseItem(entry: unknown, field: string): Tag | undefined | Refusal<TextError> {
  const whole = typeof entry === 'object' && entry !== null && !Array.isArray(entry)
  const value = parseText(whole ? own(entry, 'value') : entry, field)
  if (value === undefined || isRefusal(value)) return value
  const alt = whole ? parseText(own(entry, 'alt'), field) : ''
  if (isRefusal(alt)) return alt
  return { value, alt: alt ?? '' }
}

/** Only what the caller sent: never what an object inherits. */
function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined
}
