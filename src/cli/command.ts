import type { SmtpServer } from '../delivery/smtp-url.ts'
import type { TokenKind } from '../domain/grant.ts'
import type { ClientCommand } from './client-command.ts'
import type { OperatorCommand } from './operator-command.ts'
import type { SettingsCommand } from './settings-command.ts'
import type { StorePlace } from './store-place.ts'

export interface Help {
  readonly run: 'help'
  readonly text: string
}

/** Something is wrong with what was typed: a sentence, and where help is. */
export interface UsageError {
  readonly run: 'usage-error'
  readonly sentence: string
}

/** Holds for every command. */
export interface Surroundings {
  readonly color: boolean
  readonly logLevel: LogLevel
}

export interface Dev extends Surroundings {
  readonly run: 'dev'
  readonly host: string
  readonly port: number
  /** `null`: in memory only. */
  readonly data: string | null
  readonly workspaces: readonly string[]
  readonly fresh: boolean
  readonly rateLimits: boolean
  /** `null`: mails are kept instead of sent. */
  readonly smtp: SmtpServer | null
  readonly logRetentionMs: number
  readonly json: boolean
}

export interface Serve extends Surroundings {
  readonly run: 'serve'
  readonly host: string
  readonly port: number
  readonly place: StorePlace
  /** One team in each transaction, for databases that shard by it. */
  readonly shardByTeam: boolean
  readonly workspaces: readonly string[]
  readonly publicUrl: string | null
  readonly allowPrivateWebhooks: boolean
  /** How long calls are taken after the server has said that it is not ready any more. */
  readonly drainDelayMs: number
  /** `null`: mails are written into the data folder instead of sent, or wait in the database. */
  readonly smtp: SmtpServer | null
  readonly logRetentionMs: number
  readonly json: boolean
}

export interface CheckWorkspace extends Surroundings {
  readonly run: 'check-workspace'
  readonly files: readonly string[]
}

export interface TokenCreate extends Surroundings {
  readonly run: 'token create'
  readonly place: StorePlace
  readonly user: string
  readonly team: string | null
  readonly app: string | null
  readonly scopes: readonly string[]
  readonly kind: TokenKind
  /** `null`: never. */
  readonly expiresInSeconds: number | null
  readonly json: boolean
}

export interface TokenList extends Surroundings {
  readonly run: 'token list'
  readonly place: StorePlace
  readonly team: string | null
  readonly json: boolean
}

export interface TokenRevoke extends Surroundings {
  readonly run: 'token revoke'
  readonly place: StorePlace
  readonly team: string | null
  readonly tokenId: string
  readonly json: boolean
}

export type Command =
  | Dev
  | Serve
  | CheckWorkspace
  | TokenCreate
  | TokenList
  | TokenRevoke
  | SettingsCommand
  | OperatorCommand
  | ClientCommand
export type Config = Command | Help | { readonly run: 'version' } | UsageError

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
