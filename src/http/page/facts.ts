import type { TokenKind } from '../../domain/grant.ts'
import type { FieldType } from '../../domain/team.ts'
import type { Role } from '../../domain/user.ts'

/** What the page at `/` tells. With `serve` nobody is signed in there, so it is told no name and no token. */
export type PageFacts = DevFacts | ServeFacts

interface ServerFacts {
  /** Where this server is reached, without a slash at the end. */
  readonly url: string
  /** The base address for SDKs, with a slash at the end. */
  readonly api: string
  readonly version: string
}

export interface ServeFacts extends ServerFacts {
  readonly mode: 'serve'
}

export interface DevFacts extends ServerFacts {
  readonly mode: 'dev'
  /** `in memory`, or the folder. */
  readonly storage: string
  readonly teams: readonly TeamFacts[]
}

export interface TeamFacts {
  readonly id: string
  readonly name: string
  readonly domain: string
  readonly plan: 'paid' | 'free'
  readonly people: readonly PersonFacts[]
  /** How many people the team has, where `people` is only a part of them. */
  readonly peopleTotal?: number
  readonly fields: readonly { readonly id: string; readonly label: string; readonly type: FieldType }[]
  readonly otherTokens: readonly TokenFacts[]
}

export interface PersonFacts {
  readonly id: string
  readonly name: string
  readonly realName: string
  readonly displayName: string
  readonly role: Role
  readonly title: string
  /** `emoji` is the character itself, or `:name:` where there is none. */
  readonly status: { readonly text: string; readonly emoji: string }
  /** Address of a picture of at least 72 pixels. */
  readonly image: string
  readonly deleted: boolean
  readonly token?: string
  readonly tokenKind?: TokenKind
  readonly scopes?: readonly string[]
}

/** A token that is nobody's first. */
export interface TokenFacts {
  readonly token: string
  readonly kind: TokenKind
  /** Name of the user it acts as. */
  readonly user: string
  /** Name of the app, where it has one. */
  readonly app: string | null
}

/** How far someone has come with a one-time sign-in link. */
export type SignInState =
  | { readonly step: 'ask' }
  /** `api` as in the page's facts. */
  | { readonly step: 'shown'; readonly token: string; readonly api: string }
  | { readonly step: 'used' }

/** How far someone has come with the link that confirms an address. */
export type ConfirmEmailState =
  | { readonly step: 'ask'; readonly email: string }
  | { readonly step: 'confirmed'; readonly email: string }
  | { readonly step: 'expired' }
  | { readonly step: 'used' }
  | { readonly step: 'taken' }
