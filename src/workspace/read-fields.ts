import type { FieldId } from '../domain/ids.ts'
import { parseFieldId } from '../domain/ids.ts'
import type { FieldDefinition, FieldSection } from '../domain/team.ts'
import { FIELD_TYPES } from '../domain/team.ts'
import { readObject } from './read-object.ts'
import {
  listOf,
  oneOf,
  orNull,
  readBoolean,
  readFilledText,
  readId,
  readText,
  readWholeNumber,
  Unique,
} from './read-values.ts'
import type { Spot } from './spot.ts'

export const FIELDS_MAX = 500
export const POSSIBLE_VALUES_MAX = 1000

/** Where a file names no sections, its fields still need one to stand in. */
export const DEFAULT_SECTION: FieldSection = { id: 'S1', label: 'About', type: 'custom', order: 0, isHidden: false }

export function readSections(spot: Spot): FieldSection[] | undefined {
  const ids = new Unique()
  return listOf((item) => readSection(item, ids))(spot)
}

function readSection(spot: Spot, ids: Unique): FieldSection | undefined {
  return readObject(spot, (keys) => {
    const id = keys.need('id', readFilledText)
    const label = keys.take('label', readText, 'About')
    const type = keys.take('type', readFilledText, 'custom')
    const order = keys.take('order', readWholeNumber, 0)
    const isHidden = keys.take('is_hidden', readBoolean, false)
    if (id === undefined) return undefined
    ids.check(keys.at('id'), id)
    return { id, label, type, order, isHidden }
  })
}

/** In the order of their `ordering`; fields of equal ordering stay as the file has them. */
export function readFields(spot: Spot, sections: readonly FieldSection[]): Map<FieldId, FieldDefinition> | undefined {
  const ids = new Unique()
  const fields = listOf((item) => readField(item, ids, sections))(spot)
  if (fields === undefined) return undefined
  if (fields.length > FIELDS_MAX) spot.problem(`has more than ${FIELDS_MAX} fields`)
  fields.sort((a, b) => a.ordering - b.ordering)
  return new Map(fields.map((field) => [field.id, field]))
}

function readField(spot: Spot, ids: Unique, sections: readonly FieldSection[]): FieldDefinition | undefined {
  return readObject(spot, (keys) => {
    const id = keys.need('id', readId(parseFieldId, 'Xf0ROLE001'))
    const type = keys.take('type', oneOf(FIELD_TYPES), 'text')
    const possibleValues = keys.take('possible_values', orNull(listOf(readFilledText)), null)
    const rest = {
      label: keys.take('label', readFilledText, id ?? ''),
      hint: keys.take('hint', readText, ''),
      ordering: keys.take('ordering', readWholeNumber, 0),
      isHidden: keys.take('is_hidden', readBoolean, false),
      sectionId: keys.take('section_id', (at) => readSectionId(at, sections), sections[0]?.id ?? DEFAULT_SECTION.id),
      api: keys.take('api', readBoolean, true),
      isScim: keys.take('is_scim', readBoolean, false),
      isProtected: keys.take('is_protected', readBoolean, false),
    }
    checkPossibleValues(keys.at('possible_values'), type, possibleValues)
    if (id === undefined) return undefined
    ids.check(keys.at('id'), id)
    return { id, type, possibleValues, ...rest }
  })
}

function readSectionId(spot: Spot, sections: readonly FieldSection[]): string | undefined {
  const section = sections.find(({ id }) => id === spot.value)
  if (section) return section.id
  return spot.problem(`names no section of profile_sections (${sections.map(({ id }) => id).join(', ')})`)
}

function checkPossibleValues(spot: Spot, type: string, values: readonly string[] | null): void {
  if (type !== 'options_list') {
    if (values !== null) spot.problem('belongs to fields of type options_list only')
    return
  }
  if (values === null || values.length === 0) {
    if (spot.value === undefined || spot.value === null || Array.isArray(spot.value)) {
      spot.problem('is needed for a field of type options_list')
    }
    return
  }
  if (values.length > POSSIBLE_VALUES_MAX) spot.problem(`has more than ${POSSIBLE_VALUES_MAX} values`)
  const seen = new Unique()
  for (const [index, value] of values.entries()) seen.check(spot.at(index, value), value)
}
