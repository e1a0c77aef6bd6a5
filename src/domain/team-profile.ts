import type { FieldDefinition, FieldType, Team } from './team.ts'

export const VISIBILITIES = ['all', 'visible', 'hidden'] as const
export type Visibility = (typeof VISIBILITIES)[number]

/** The team's custom fields as `team.profile.get` tells them. */
export interface WireTeamProfile {
  readonly fields: readonly WireFieldDefinition[]
  readonly sections: readonly WireSection[]
}

export interface WireFieldDefinition {
  readonly id: string
  readonly ordering: number
  readonly field_name: null
  readonly label: string
  readonly hint: string
  readonly type: FieldType
  readonly possible_values: readonly string[] | null
  readonly options: { readonly is_scim: boolean; readonly is_protected: boolean }
  readonly is_hidden: boolean
  readonly section_id: string
  readonly is_inverse: false
  readonly permissions: { readonly api: readonly ('read' | 'write')[]; readonly ui: boolean; readonly scim: boolean }
}

export interface WireSection {
  readonly id: string
  readonly team_id: string
  readonly section_type: string
  readonly label: string
  readonly order: number
  readonly is_hidden: boolean
}

/** `visibility` chooses among the fields; sections come always, since a field names its section. */
export function teamProfileToWire(team: Team, visibility: Visibility): WireTeamProfile {
  return {
    fields: [...team.fields.values()].filter((field) => isWanted(field, visibility)).map(fieldDefinitionToWire),
    sections: team.sections.map((section) => ({
      id: section.id,
      team_id: team.id,
      section_type: section.type,
      label: section.label,
      order: section.order,
      is_hidden: section.isHidden,
    })),
  }
}

function isWanted({ isHidden }: FieldDefinition, visibility: Visibility): boolean {
  return visibility === 'all' || isHidden === (visibility === 'hidden')
}

function fieldDefinitionToWire(field: FieldDefinition): WireFieldDefinition {
  return {
    id: field.id,
    ordering: field.ordering,
    field_name: null,
    label: field.label,
    hint: field.hint,
    type: field.type,
    possible_values: field.possibleValues,
    options: { is_scim: field.isScim, is_protected: field.isProtected },
    is_hidden: field.isHidden,
    section_id: field.sectionId,
    is_inverse: false,
    // Assumption: Slack shows these keys and documents none of their values.
    permissions: {
      api: field.api && !field.isScim ? ['read', 'write'] : ['read'],
      ui: !field.isScim && !field.isProtected,
      scim: field.isScim,
    },
  }
}
