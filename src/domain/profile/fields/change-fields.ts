import { isRefusal, type Refusal } from '../../errors.ts'
import type { FieldId, UserId } from '../../ids.ts'
import type { Team } from '../../team.ts'
import type { FieldValue, FieldValues, User } from '../../user.ts'
import { quoteKeys } from '../notices.ts'
import type { FieldInput } from '../patch.ts'
import { findWritableField } from '../permit.ts'
import { changeField, type FieldError } from './field-value.ts'

/** What a change of custom fields looks at. */
export interface FieldsRequest {
  readonly team: Team
  readonly actor: User
  readonly present: FieldValues
  readonly sent: ReadonlyMap<FieldId, FieldInput>
  readonly knownUsers: ReadonlySet<UserId>
}

export interface ChangedFields {
  /** The object that was given, where nothing changed. */
  readonly fields: FieldValues
  readonly notices: readonly string[]
}

/** Merges custom fields by id, in the order of their first setting — docs/decisions/0013. */
export function changeFields(request: FieldsRequest): ChangedFields | Refusal<FieldError> {
  const { team, actor, present, sent, knownUsers } = request
  if (sent.size === 0) return { fields: present, notices: [] }
  const changed = new Map<FieldId, FieldValue | undefined>()
  const ignored = new Map<string, string[]>()

  for (const [id, input] of sent) {
    const definition = findWritableField(team, id, actor)
    if (typeof definition === 'string') {
      note(ignored, definition, id)
      continue
    }
    const before = present[id]
    if (before !== undefined && repeats(before, input)) continue
    const value = changeField(definition, before, input, knownUsers)
    if (isRefusal(value)) return value
    if (!isSameValue(before, value)) changed.set(id, value)
    if (before === undefined && value === undefined && input.alt) note(ignored, 'an alt needs a value', id)
  }
  return { fields: changed.size === 0 ? present : merge(present, changed), notices: toNotices(ignored) }
}

function merge(present: FieldValues, changed: ReadonlyMap<FieldId, FieldValue | undefined>): FieldValues {
  const merged: Record<FieldId, FieldValue> = { ...present }
  for (const [id, value] of changed) {
    if (value === undefined) delete merged[id]
    else merged[id] = value
  }
  return merged
}

/** A value equal to the present one is never refused, even if the field's options have changed since —
 * docs/decisions/0004. Tags are compared after they are read: their text alone does not tell them. */
function repeats(present: FieldValue, { value, alt = '' }: FieldInput): boolean {
  return present.tags === undefined && value === present.value && alt === present.alt
}

function isSameValue(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || a.value !== b.value || a.alt !== b.alt) return false
  const tagsA = a.tags ?? []
  const tagsB = b.tags ?? []
  return tagsA.length === tagsB.length && tagsA.every((tag, place) => tag.alt === tagsB[place]?.alt)
}

function note(ignored: Map<string, string[]>, reason: string, id: FieldId): void {
  const ids = ignored.get(reason)
  if (ids) ids.push(id)
  else ignored.set(reason, [id])
}

function toNotices(ignored: ReadonlyMap<string, readonly string[]>): string[] {
  return [...ignored].map(([reason, ids]) => `Ignored, because ${reason}: ${quoteKeys(ids)}.`)
}
