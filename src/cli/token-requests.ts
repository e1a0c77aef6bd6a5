import { randomInt } from 'node:crypto'
import { type Grant, TOKEN_KINDS, type TokenKind } from '../domain/grant.ts'
import { type AppId, parseAppId, parseUserId, type TeamId } from '../domain/ids.ts'
import type { Team } from '../domain/team.ts'
import { allTeams } from '../storage/all-teams.ts'
import type { Store } from '../storage/store.ts'
import { mintToken } from '../storage/token-keys.ts'
import { isScope, SCOPES_MAX } from '../workspace/read-tokens.ts'
import type { AnswerControl, ControlAnswer, ControlParts } from './control-socket.ts'
import { findTeam } from './find-team.ts'

export type TokenRequest =
  | {
      readonly command: 'token create'
      readonly team: string | null
      readonly user: string
      readonly app: string | null
      readonly scopes: readonly string[]
      readonly kind: TokenKind
      readonly expiresInSeconds: number | null
    }
  | { readonly command: 'token list'; readonly team: string | null }
  | { readonly command: 'token revoke'; readonly team: string | null; readonly tokenId: string }

export interface NewToken {
  readonly token: string
  readonly grant: Grant
}

/** The longest list of tokens that is given. */
const LISTED_MAX = 10_000
const PAGE_TOKENS = 1000

/** The same work whether a running server is asked or the command opened the store itself. */
export function answerTokenRequests(around: ControlParts): AnswerControl {
  return async (request) => {
    const parsed = parseRequest(request)
    switch (parsed?.command) {
      case 'token create':
        return createToken(around, parsed)
      case 'token list':
        return listTokens(around, parsed.team)
      case 'token revoke':
        return revokeToken(around, parsed)
      case undefined:
        return no('This server does not know the request; is it of another version?')
      default:
        return parsed satisfies never
    }
  }
}

async function createToken(
  around: ControlParts,
  asked: TokenRequest & { command: 'token create' },
): Promise<ControlAnswer> {
  const team = await findTeam(around.store, asked.team)
  if (typeof team === 'string') return no(team)

  const userId = parseUserId(asked.user)
  const user = userId && (await around.store.findUser(team.id, userId))
  if (!user || user.deleted) return no(`${team.id} has no active user ${asked.user}.`)
  if (asked.kind === 'bot' && user.role !== 'bot') return no(`${user.id} is no bot user, and a bot token needs one.`)

  const appId = asked.app === null ? null : parseAppId(asked.app)
  if (appId === undefined || (appId !== null && !team.apps.has(appId))) return no(`${team.id} has no app ${asked.app}.`)

  const wrong = asked.scopes.find((scope) => !isScope(scope))
  if (wrong !== undefined) return no(`"${wrong}" is no scope; scopes look like users.profile:write.`)
  if (asked.scopes.length > SCOPES_MAX) return no(`A token has at most ${SCOPES_MAX} scopes.`)

  const { kind, scopes, expiresInSeconds } = asked
  const result = await storeNewToken(around, { team, userId: user.id, appId, kind, scopes, expiresInSeconds })
  return { ok: true, result }
}

export interface TokenWish {
  readonly team: Team
  readonly userId: Grant['userId']
  readonly appId: AppId | null
  readonly kind: TokenKind
  readonly scopes: readonly string[]
  readonly expiresInSeconds: number | null
}

export async function storeNewToken({ store, clock }: ControlParts, wish: TokenWish): Promise<NewToken> {
  const createdAt = Math.floor(clock.now() / 1000)
  const grant: Grant = {
    tokenId: makeTokenId(),
    kind: wish.kind,
    teamId: wish.team.id,
    userId: wish.userId,
    appId: wish.appId,
    scopes: [...new Set(wish.scopes)],
    expiresAt: wish.expiresInSeconds === null ? 0 : createdAt + wish.expiresInSeconds,
    createdAt,
    revoked: false,
  }
  const token = mintToken(wish.kind)
  await store.addToken(token, grant)
  return { token, grant }
}

async function listTokens({ store }: ControlParts, wanted: string | null): Promise<ControlAnswer> {
  const team = wanted === null ? undefined : await findTeam(store, wanted)
  if (typeof team === 'string') return no(team)
  const tokens: Grant[] = []
  for await (const { id } of team === undefined ? allTeams(store) : [team]) {
    tokens.push(...(await findTokens(store, id)))
    if (tokens.length > LISTED_MAX) return no(`There are more than ${LISTED_MAX} tokens${team ? '' : '; try --team'}.`)
  }
  return { ok: true, result: { tokens: tokens.sort((one, other) => other.createdAt - one.createdAt) } }
}

/** One more than can be listed, at most. */
async function findTokens(store: Store, teamId: TeamId): Promise<readonly Grant[]> {
  const tokens: Grant[] = []
  for (let isLast = false; !isLast && tokens.length <= LISTED_MAX; ) {
    const page = await store.findTokens(teamId, tokens.at(-1)?.tokenId ?? null, PAGE_TOKENS)
    tokens.push(...page)
    isLast = page.length < PAGE_TOKENS
  }
  return tokens
}

async function revokeToken(
  { store, clock }: ControlParts,
  { team: wanted, tokenId }: TokenRequest & { command: 'token revoke' },
): Promise<ControlAnswer> {
  const now = Math.floor(clock.now() / 1000)
  const team = wanted === null ? undefined : await findTeam(store, wanted)
  if (typeof team === 'string') return no(team)
  for await (const { id } of team === undefined ? allTeams(store) : [team]) {
    if (await store.revokeToken(id, tokenId, now)) return { ok: true, result: { revoked: tokenId } }
  }
  return no(`No token has the id ${tokenId}.`)
}

function no(error: string): ControlAnswer {
  return { ok: false, error }
}

const TOKEN_ID_LENGTH = 10
const TOKEN_ID_LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Says nothing of the token, so that it may be shown and logged. */
function makeTokenId(): string {
  const letters = Array.from({ length: TOKEN_ID_LENGTH }, () => TOKEN_ID_LETTERS[randomInt(TOKEN_ID_LETTERS.length)])
  return `Tk${letters.join('')}`
}

function parseRequest(request: unknown): TokenRequest | undefined {
  if (typeof request !== 'object' || request === null) return undefined
  const asked = request as Readonly<Record<string, unknown>>
  const team = textOrNull(asked.team)
  if (asked.command === 'token list' && team !== undefined) return { command: 'token list', team }
  if (asked.command === 'token revoke' && team !== undefined && typeof asked.tokenId === 'string') {
    return { command: 'token revoke', team, tokenId: asked.tokenId }
  }
  if (asked.command === 'token create' && team !== undefined) return parseCreate(asked, team)
  return undefined
}

function parseCreate(asked: Readonly<Record<string, unknown>>, team: string | null): TokenRequest | undefined {
  const { user, scopes, expiresInSeconds } = asked
  const app = textOrNull(asked.app)
  const kind = TOKEN_KINDS.find((known) => known === asked.kind)
  const isTime =
    expiresInSeconds === null || (Number.isSafeInteger(expiresInSeconds) && (expiresInSeconds as number) > 0)
  if (typeof user !== 'string' || app === undefined || kind === undefined || !isTime) return undefined
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string')) return undefined
  return { command: 'token create', team, user, app, scopes, kind, expiresInSeconds: expiresInSeconds as number | null }
}

function textOrNull(value: unknown): string | null | undefined {
  return value === null || typeof value === 'string' ? value : value === undefined ? null : undefined
}
