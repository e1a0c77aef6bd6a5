import type { Surroundings } from './command.ts'
import type { StorePlace } from './store-place.ts'

export interface SettingsGet extends Surroundings {
  readonly run: 'settings get'
  readonly place: StorePlace
  readonly team: string | null
  readonly json: boolean
}

export interface SettingsSet extends Surroundings {
  readonly run: 'settings set'
  readonly place: StorePlace
  readonly team: string | null
  /** In the form that team.prefs.set takes; not checked yet. */
  readonly prefs: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly json: boolean
}

export type SettingsCommand = SettingsGet | SettingsSet
