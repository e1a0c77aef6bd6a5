import { TEAM_STATES } from '../domain/team.ts'
import type { WirePrefs } from '../domain/team-prefs.ts'
import { type Schema, schema } from '../web-api/schema.ts'

/** What team.prefs.set takes as `prefs`: what is not named stays. */
export type PrefsInput = {
  readonly [Block in keyof WirePrefs]?: { readonly [Name in keyof WirePrefs[Block]]?: WirePrefs[Block][Name] }
}

const oneOf = <const Value extends string>(...values: readonly Value[]): Schema<Value> => ({
  json: { type: 'string', enum: values },
})

const compat = {
  admin_edit_rule: oneOf('primary_owner', 'outrank'),
  custom_field_events: oneOf('emit', 'silent'),
  email_change: oneOf('immediate', 'confirm'),
}

const settings = {
  allowed_ips: schema.array(schema.string()),
  require_2fa: schema.boolean(),
  state: schema.nullable(oneOf(...TEAM_STATES)),
  uneditable_fields: schema.array(schema.string()),
  sudo_minutes: schema.nullable(schema.integer({ minimum: 1 })),
}

export const prefsResponse: Schema<{ readonly prefs: WirePrefs }> = schema.object({
  prefs: schema.object({ compat: schema.object(compat), settings: schema.object(settings) }),
})

/** The same with nothing required, for whoever sends some. */
export const PREFS_PROPERTIES = {
  compat: {
    ...schema.object({}, compat).json,
    description: "Which of Slack's documents to follow where they disagree.",
  },
  settings: { ...schema.object({}, settings).json, description: 'Who may call, from where, and what can be edited.' },
}
