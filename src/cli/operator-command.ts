import type { SmtpServer } from '../delivery/smtp-url.ts'
import type { Surroundings } from './command.ts'
import type { StorePlace } from './store-place.ts'

export interface Migrate extends Surroundings {
  readonly run: 'migrate'
  readonly place: StorePlace
  /** Only tells. */
  readonly check: boolean
  readonly json: boolean
}

export interface Backup extends Surroundings {
  readonly run: 'backup'
  readonly folder: string
  /** The file to make. */
  readonly to: string
  readonly withKey: boolean
  readonly force: boolean
  readonly json: boolean
}

export interface Restore extends Surroundings {
  readonly run: 'restore'
  readonly file: string
  readonly folder: string
  readonly fresh: boolean
  /** A file; `null`: the key that is in the backup or in the folder. */
  readonly tokenKey: string | null
  readonly withoutTokens: boolean
  readonly json: boolean
}

export interface Export extends Surroundings {
  readonly run: 'export'
  readonly place: StorePlace
  /** The file to make. */
  readonly to: string
  readonly force: boolean
  readonly json: boolean
}

export interface Import extends Surroundings {
  readonly run: 'import'
  readonly file: string
  readonly place: StorePlace
  /** Deletes what an import left that was cut off. */
  readonly fresh: boolean
  readonly withoutTokens: boolean
  readonly json: boolean
}

export interface Doctor extends Surroundings {
  readonly run: 'doctor'
  /** `null`: the machine alone is looked at. */
  readonly place: StorePlace | null
  readonly publicUrl: string | null
  readonly smtp: SmtpServer | null
  readonly json: boolean
}

export type OperatorCommand = Migrate | Backup | Restore | Export | Import | Doctor
