import type { Surroundings } from './command.ts'
import type { StorePlace } from './store-place.ts'

export interface Migrate extends Surroundings {
  readonly run: 'migrate'
  readonly place: StorePlace
  /** Only tells. */
  readonly check: boolean
  readonly json: boolean
}

export type OperatorCommand = Migrate
