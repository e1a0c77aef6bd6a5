import type { AppId, TeamId, UserId } from './ids.ts'

/** The kinds of token, told by prefix: `xoxp-` user, `xoxb-` bot, `xapp-` app, `xoxa-` workspace. */
export const TOKEN_KINDS = ['user', 'bot', 'app', 'workspace'] as const
export type TokenKind = (typeof TOKEN_KINDS)[number]

/** What a token stands for. The token itself is not in it. */
export interface Grant {
  /** A short name for the token that may be shown and logged. */
  readonly tokenId: string
  readonly kind: TokenKind
  readonly teamId: TeamId
  /** Whom the token acts as. A workspace token acts as whoever `X-Slack-User` names, this user otherwise. */
  readonly userId: UserId
  readonly appId: AppId | null
  /** In the order they were given. */
  readonly scopes: readonly string[]
  /** Unix seconds; 0: never. */
  readonly expiresAt: number
  /** Unix seconds. */
  readonly createdAt: number
  readonly revoked: boolean
}

const PREFIXES: readonly (readonly [string, TokenKind])[] = [
  ['xoxp-', 'user'],
  ['xoxe.xoxp-', 'user'],
  ['xoxb-', 'bot'],
  ['xoxe.xoxb-', 'bot'],
  ['xapp-', 'app'],
  ['xoxa-', 'workspace'],
]

/** The kind that a token's prefix says, or nothing where it is no token at all. */
export function tokenKindOf(token: string): TokenKind | undefined {
  return PREFIXES.find(([prefix]) => token.startsWith(prefix))?.[1]
}
