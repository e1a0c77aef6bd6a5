import type { Surroundings } from './command.ts'
import type { TokenSource } from './token-store.ts'

/** Holds for every command that calls an API. */
export interface ClientSurroundings extends Surroundings {
  /** With a slash at the end. */
  readonly apiUrl: string
  readonly token: TokenSource
  readonly json: boolean
}

export interface ProfileGet extends ClientSurroundings {
  readonly run: 'profile get'
  /** An id or an email address; `null`: the token's own. */
  readonly user: string | null
  readonly labels: boolean
}

/** What stands before and after the first `=`. */
export type Pair = readonly [key: string, value: string]

export interface ProfileSet extends ClientSurroundings {
  readonly run: 'profile set'
  readonly user: string | null
  /** Keys of any kind. */
  readonly pairs: readonly Pair[]
  /** Custom fields alone. */
  readonly fields: readonly Pair[]
  /** A file, or `-`. */
  readonly jsonProfile: string | null
}

export interface StatusSet extends ClientSurroundings {
  readonly run: 'status set'
  readonly user: string | null
  readonly text: string
  readonly emoji: string
  /** As typed: what it means depends on when it is read. */
  readonly until: StatusUntil | null
}

export type StatusUntil = { readonly for: string } | { readonly until: string }

export interface StatusClear extends ClientSurroundings {
  readonly run: 'status clear'
  readonly user: string | null
}

export interface Sync extends ClientSurroundings {
  readonly run: 'sync'
  /** The CSV, or `-`. */
  readonly file: string
  readonly dryRun: boolean
  readonly yes: boolean
  readonly key: 'email' | 'id' | null
  /** `COLUMN=KEY` as typed: only the file tells where the column's name ends. */
  readonly map: readonly string[]
  readonly clearEmpty: boolean
  readonly abortOverPercent: number | null
  readonly state: string | null
  readonly report: string | null
}

/** Has no `json`: its stdout belongs to a protocol. */
export interface Mcp extends Omit<ClientSurroundings, 'json'> {
  readonly run: 'mcp'
}

export interface Completion extends Surroundings {
  readonly run: 'completion'
  readonly shell: Shell
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export type ClientCommand = ProfileGet | ProfileSet | StatusSet | StatusClear | Sync | Mcp | Completion
