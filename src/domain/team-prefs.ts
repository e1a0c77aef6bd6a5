import type { TeamPrefChanged } from './event.ts'
import type { UserId } from './ids.ts'
import type { Compat, Settings, Team } from './team.ts'

/** What an owner may change while the team is at work (docs/decisions/0058). */
export type Prefs = Pick<Team, 'compat' | 'settings'>

/** The same in the words of the workspace file. */
export interface WirePrefs {
  readonly compat: {
    readonly admin_edit_rule: Compat['adminEditRule']
    readonly custom_field_events: Compat['customFieldEvents']
    readonly email_change: Compat['emailChange']
  }
  readonly settings: {
    readonly allowed_ips: readonly string[]
    readonly require_2fa: boolean
    readonly state: Settings['state']
    readonly uneditable_fields: readonly string[]
    readonly sudo_minutes: number | null
  }
}

type EachPref = WirePrefs['compat'] & WirePrefs['settings']
export type PrefName = keyof EachPref
export type PrefValue = EachPref[PrefName]

/** A changed team, and what the log tells of it. */
export interface PrefsChange {
  /** The same object where nothing changes. */
  readonly team: Team
  readonly facts: readonly TeamPrefChanged[]
  /** Unix milliseconds. */
  readonly at: number
}

export function prefsToWire({ compat, settings }: Prefs): WirePrefs {
  return {
    compat: {
      admin_edit_rule: compat.adminEditRule,
      custom_field_events: compat.customFieldEvents,
      email_change: compat.emailChange,
    },
    settings: {
      allowed_ips: settings.allowedIps,
      require_2fa: settings.require2fa,
      state: settings.state,
      uneditable_fields: settings.uneditableFields,
      sudo_minutes: settings.sudoMinutes,
    },
  }
}

/** The team with these settings in place of its own. */
export function changePrefs(team: Team, { compat, settings }: Prefs, userId: UserId, at: number): PrefsChange {
  const before = new Map(listPrefs(team))
  const facts = listPrefs({ compat, settings })
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before.get(name)))
    .map(([name, value]) => ({ kind: 'team_pref_changed' as const, userId, name, value }))
  return { team: facts.length === 0 ? team : { ...team, compat, settings }, facts, at }
}

/** Each by its own name: no two in the blocks are called alike. */
function listPrefs(prefs: Prefs): readonly (readonly [PrefName, PrefValue])[] {
  const { compat, settings } = prefsToWire(prefs)
  return Object.entries({ ...compat, ...settings }) as [PrefName, PrefValue][]
}

/** Slack sends `team_pref_change` to everybody who is connected. What owners alone may read is not for everybody. */
export function isToldToAll(name: PrefName): boolean {
  return name !== 'allowed_ips'
}
