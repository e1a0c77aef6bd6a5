import type { TokenKind } from '../domain/grant.ts'
import { tokenKindOf } from '../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../domain/ids.ts'
import { parseAppId } from '../domain/ids.ts'
import type { App } from '../domain/team.ts'
import type { People } from './read-apps.ts'
import { readPersonId } from './read-apps.ts'
import type { Keys } from './read-object.ts'
import { readObject } from './read-object.ts'
import { listOf, orNull, readBoolean, readId, readText, readWholeNumber, Unique } from './read-values.ts'
import type { Spot } from './spot.ts'
import type { TokenOfFile } from './workspace.ts'

export const SCOPES_MAX = 200

/** What a token may refer to. */
export interface Surroundings {
  readonly teamId: TeamId
  readonly people: People
  readonly primaryOwner: UserId | null
  readonly apps: ReadonlyMap<AppId, App>
}

export function readTokens(spot: Spot, around: Surroundings): TokenOfFile[] | undefined {
  const seen = new Unique()
  let count = 0
  return listOf((item) => readToken(item, around, seen, ++count))(spot)
}

function readToken(spot: Spot, around: Surroundings, seen: Unique, number: number): TokenOfFile | undefined {
  return readObject(spot, (keys) => {
    const token = keys.need('token', readTokenText)
    if (token !== undefined) seen.check(keys.at('token'), token)
    const kind = token === undefined ? undefined : tokenKindOf(token)
    const appId = keys.take(
      'app',
      orNull((at) => readKnownApp(at, around)),
      null,
    )
    const userId = readTokenUser(keys, kind, appId, around)
    const rest = {
      scopes: keys.take('scopes', readScopes, []),
      expiresAt: keys.take('expires_at', readWholeNumber, 0),
      createdAt: keys.take('created_at', readWholeNumber, 0),
      revoked: keys.take('revoked', readBoolean, false),
    }
    if (token === undefined || kind === undefined || userId === undefined) return undefined
    // The id may be shown, so it tells where the token stands and nothing of the token.
    return {
      token,
      grant: { tokenId: `${around.teamId}-${number}`, kind, teamId: around.teamId, userId, appId, ...rest },
    }
  })
}

function readTokenText(spot: Spot): string | undefined {
  const text = readText(spot)
  if (text === undefined) return undefined
  if (tokenKindOf(text) === undefined) {
    return spot.problem('must start with xoxp-, xoxb-, xapp-, xoxa-, xoxe.xoxp- or xoxe.xoxb-')
  }
  // As much as a bearer header carries without quoting.
  if (/^[A-Za-z0-9._-]{6,255}$/.test(text)) return text
  return spot.problem('must be letters, digits and . _ - after its prefix, at most 255 characters in all')
}

/** An app's own tokens belong to its bot user, or to the primary owner, where the file names nobody. */
function readTokenUser(
  keys: Keys,
  kind: TokenKind | undefined,
  appId: AppId | null,
  around: Surroundings,
): UserId | undefined {
  const bot = appId === null ? undefined : (around.apps.get(appId)?.botUser ?? undefined)
  const ofApp = kind === 'bot' ? bot : kind === 'app' ? (bot ?? around.primaryOwner ?? undefined) : undefined
  const read = (at: Spot) => readPersonId(at, around.people)
  const userId = ofApp !== undefined && !keys.has('user') ? keys.take('user', read, ofApp) : keys.need('user', read)
  if (kind === 'bot' && userId !== undefined && around.people.get(userId)?.role !== 'bot') {
    return keys.at('user').problem('a bot token belongs to a user whose role is "bot"')
  }
  return userId
}

function readKnownApp(spot: Spot, around: Surroundings): AppId | undefined {
  const id = readId(parseAppId, 'A0STATUS01')(spot)
  if (id === undefined || around.apps.has(id)) return id
  return spot.problem(`names ${id}, which is not among the apps`)
}

export function readScopes(spot: Spot): string[] | undefined {
  const scopes = listOf(readScope)(spot)
  if (scopes && scopes.length > SCOPES_MAX) return spot.problem(`has more than ${SCOPES_MAX} scopes`)
  return scopes && [...new Set(scopes)]
}

function readScope(spot: Spot): string | undefined {
  const text = readText(spot)
  if (text === undefined || isScope(text)) return text
  return spot.problem('must be a scope such as users.profile:write')
}

export function isScope(text: string): boolean {
  return /^[a-z][a-z0-9_.:-]{0,99}$/.test(text)
}
