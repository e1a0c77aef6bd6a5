import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { aField, aTeam, aWorld, ids } from '../../../../test/support/world.ts'
import { isRefusal } from '../../errors.ts'
import type { FieldId, UserId } from '../../ids.ts'
import type { FieldDefinition, Team } from '../../team.ts'
import type { FieldValues, User } from '../../user.ts'
import type { FieldInput } from '../patch.ts'
import { type ChangedFields, changeFields } from './change-fields.ts'

const A = 'Xf0A' as FieldId
const B = 'Xf0B' as FieldId
const C = 'Xf0C' as FieldId

function person(id: UserId): User {
  return aWorld().users.find((user) => user.id === id) ?? assert.fail(id)
}

function teamWith(more: Partial<FieldDefinition> = {}, uneditableFields: readonly string[] = []): Team {
  const fields = new Map([A, B, C].map((id) => [id, aField(id, 'text', id === A ? more : {})]))
  const team = aTeam()
  return { ...team, fields, settings: { ...team.settings, uneditableFields } }
}

type Sent = readonly (readonly [FieldId, FieldInput])[]

function change(present: FieldValues, sent: Sent, team = teamWith(), actor = person(ids.mel)): ChangedFields {
  const changed = changeFields({ team, actor, present, sent: new Map(sent), knownUsers: new Set() })
  if (isRefusal(changed)) assert.fail(changed.refused)
  return changed
}

const value = (text: string) => ({ value: text, alt: '' })

test('fields merge by id and keep the order of their first setting', () => {
  const present: FieldValues = { [B]: value('b'), [A]: value('a') }
  const { fields } = change(present, [
    [C, { value: 'c' }],
    [A, { value: 'new' }],
  ])
  assert.deepEqual(Object.entries(fields), [
    [B, value('b')],
    [A, value('new')],
    [C, value('c')],
  ])
  assert.deepEqual(present, { [B]: value('b'), [A]: value('a') })
})

test('an emptied field is gone, and others stay', () => {
  const { fields } = change({ [A]: value('a'), [B]: value('b') }, [[A, { value: '' }]])
  assert.deepEqual(Object.keys(fields), [B])
})

test('equal values are no change', () => {
  const tags = [{ value: 'x', alt: 'y' }]
  const present: FieldValues = { [A]: { value: 'a', alt: 'b' }, [C]: { value: 'x', alt: '', tags } }
  const team = teamWith()
  const withTags = { ...team, fields: new Map([...team.fields, [C, aField(C, 'tags')]]) }
  const sent: Sent = [
    [A, { value: 'a', alt: 'b' }],
    [B, { value: '' }],
    [C, { value: 'x', values: [{ value: 'x', alt: 'y' }] }],
  ]
  assert.equal(change(present, sent, withTags).fields, present)
  assert.deepEqual(change(present, [[A, { value: 'a', alt: 'c' }]]).fields[A], { value: 'a', alt: 'c' })
  assert.notEqual(change(present, [[C, { value: 'x' }]], withTags).fields, present)
})

test('a value that its type would no longer take may be sent back', () => {
  const team = teamWith({ type: 'options_list', possibleValues: ['new'] })
  const present: FieldValues = { [A]: value('old') }
  assert.equal(change(present, [[A, { value: 'old', alt: '' }]], team).fields, present)
  const sent = new Map([[A, { value: 'older' }]])
  assert.ok(isRefusal(changeFields({ team, actor: person(ids.mel), present, sent, knownUsers: new Set() })))
})

test('what this caller cannot write is ignored, and named', () => {
  const cases: readonly [Partial<FieldDefinition>, string[], UserId, boolean][] = [
    [{}, [], ids.mel, true],
    [{ isScim: true }, [], ids.pia, false],
    [{ api: false }, [], ids.pia, false],
    [{ isProtected: true }, [], ids.mel, false],
    [{ isProtected: true }, [], ids.gus, false],
    [{ isProtected: true }, [], ids.ada, true],
    [{ isProtected: true }, [], ids.owen, true],
    [{ isProtected: true }, [], ids.pia, true],
    [{}, [A], ids.pia, false],
    [{ isHidden: true }, [], ids.mel, true],
  ]
  for (const [more, closed, actor, writable] of cases) {
    const { fields, notices } = change({}, [[A, { value: 'secret' }]], teamWith(more, closed), person(actor))
    assert.equal(A in fields, writable)
    assert.equal(notices.join().includes(`\`${A}\``), !writable)
    assert.ok(!notices.join().includes('secret'))
  }
})

test('unknown fields are ignored, all in one notice, whatever they hold', () => {
  const unknown = ['Xf0X', 'Xf0Y'] as FieldId[]
  const { fields, notices } = change(
    {},
    unknown.map((id) => [id, { value: 'x'.repeat(9999) }]),
  )
  assert.deepEqual(fields, {})
  assert.deepEqual(notices, ['Ignored, because the team has no such field: `Xf0X`, `Xf0Y`.'])
})

test('an alt without any value is ignored, and named', () => {
  assert.match(change({}, [[A, { alt: 'x' }]]).notices.join(), /`Xf0A`/)
})

test('one refused field refuses them all', () => {
  const sent = new Map<FieldId, FieldInput>([
    [A, { value: 'a' }],
    [B, { value: 'b'.repeat(257) }],
  ])
  const refusal = changeFields({ team: teamWith(), actor: person(ids.mel), present: {}, sent, knownUsers: new Set() })
  assert.ok(isRefusal(refusal) && refusal.refused === 'too_long')
})

const sentFields = fc.uniqueArray(fc.tuple(fc.constantFrom(A, B, C), fc.constantFrom('', 'x', 'y')), {
  selector: ([id]) => id,
})

test('after any patches, each field holds what was last sent, in the order of its last first setting', () => {
  fc.assert(
    fc.property(fc.array(sentFields, { maxLength: 5 }), (patches) => {
      const expected = new Map<string, string>()
      let fields: FieldValues = {}
      for (const patch of patches) {
        fields = change(
          fields,
          patch.map(([id, text]) => [id, { value: text }]),
        ).fields
        for (const [id, text] of patch) {
          if (text === '') expected.delete(id)
          else expected.set(id, text)
        }
      }
      assert.deepEqual(
        Object.entries(fields).map(([id, field]) => [id, field.value]),
        [...expected],
      )
    }),
  )
})
