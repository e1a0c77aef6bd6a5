import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FieldId, TeamId } from './ids.ts'
import { DEFAULT_COMPAT, DEFAULT_SETTINGS, type FieldDefinition, type Team } from './team.ts'
import { teamProfileToWire, VISIBILITIES } from './team-profile.ts'

const role = definition('Xf0ROLE001', {})
const house = definition('Xf0HOUSE01', { type: 'options_list', possibleValues: ['North', 'South'], ordering: 1 })
const salary = definition('Xf0SALARY1', { isHidden: true, isScim: true, ordering: 2 })
const badge = definition('Xf0BADGE01', { isProtected: true, api: false, ordering: 3 })

const team: Team = {
  id: 'T0COFFEE1' as TeamId,
  name: 'Coffee Co',
  domain: 'coffee',
  plan: 'paid',
  compat: DEFAULT_COMPAT,
  settings: DEFAULT_SETTINGS,
  fields: new Map([role, house, salary, badge].map((field) => [field.id, field])),
  sections: [
    { id: 'S1', label: 'Contact', type: 'contact', order: 0, isHidden: false },
    { id: 'S2', label: 'About', type: 'custom', order: 1, isHidden: true },
  ],
  emoji: new Map(),
  apps: new Map(),
}

test('a field is told with all its keys, in the order of the documentation', () => {
  assert.equal(
    JSON.stringify(teamProfileToWire(team, 'all').fields[1]),
    JSON.stringify({
      id: 'Xf0HOUSE01',
      ordering: 1,
      field_name: null,
      label: 'Label',
      hint: 'Hint',
      type: 'options_list',
      possible_values: ['North', 'South'],
      options: { is_scim: false, is_protected: false },
      is_hidden: false,
      section_id: 'S1',
      is_inverse: false,
      permissions: { api: ['read', 'write'], ui: true, scim: false },
    }),
  )
})

test('a field without a list of values has null for it', () => {
  assert.equal(teamProfileToWire(team, 'all').fields[0]?.possible_values, null)
})

test('a field tells who may write it', () => {
  const [, , scim, guarded] = teamProfileToWire(team, 'all').fields
  assert.deepEqual(scim?.options, { is_scim: true, is_protected: false })
  assert.deepEqual(scim?.permissions, { api: ['read'], ui: false, scim: true })
  assert.deepEqual(guarded?.options, { is_scim: false, is_protected: true })
  assert.deepEqual(guarded?.permissions, { api: ['read'], ui: false, scim: false })
})

const shown = { all: [role, house, salary, badge], visible: [role, house, badge], hidden: [salary] }
for (const visibility of VISIBILITIES) {
  test(`visibility ${visibility} tells ${shown[visibility].length} fields and every section`, () => {
    const { fields, sections } = teamProfileToWire(team, visibility)
    assert.deepEqual(
      fields.map((field) => field.id),
      shown[visibility].map((field) => field.id),
    )
    assert.deepEqual(sections, [
      { id: 'S1', team_id: 'T0COFFEE1', section_type: 'contact', label: 'Contact', order: 0, is_hidden: false },
      { id: 'S2', team_id: 'T0COFFEE1', section_type: 'custom', label: 'About', order: 1, is_hidden: true },
    ])
  })
}

function definition(id: string, changes: Partial<FieldDefinition>): FieldDefinition {
  const plain = { label: 'Label', hint: 'Hint', type: 'text', possibleValues: null, ordering: 0 } as const
  const open = { isHidden: false, sectionId: 'S1', api: true, isScim: false, isProtected: false }
  return { id: id as FieldId, ...plain, ...open, ...changes }
}
