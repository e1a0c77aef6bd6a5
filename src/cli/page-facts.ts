import { resolveEmoji } from '../domain/profile/emoji.ts'
import { pictureOf } from '../domain/profile/picture.ts'
import type { Team } from '../domain/team.ts'
import type { User } from '../domain/user.ts'
import type { DevFacts, PersonFacts, TeamFacts } from '../http/page/facts.ts'
import type { Store } from '../storage/store.ts'
import type { TokenOfFile, Workspace } from '../workspace/workspace.ts'

const TEAMS_MAX = 100
/** How many people of one team the page and the terminal are told of. */
const PEOPLE_MAX = 200
const TOKENS_MAX = 1000

export interface DevPageOptions {
  readonly store: Store
  readonly clock: { now(): number }
  /** What the server was started with: the store keeps no token in clear, so only these can be shown. */
  readonly workspaces: readonly Workspace[]
  readonly version: string
  readonly storage: string
}

export type Address = Pick<DevFacts, 'url' | 'api'>

/** What the page of `nametag dev` tells, as it is now. */
export async function findDevFacts(options: DevPageOptions, { url, api }: Address): Promise<DevFacts> {
  const { store, workspaces, version, storage } = options
  const teams: TeamFacts[] = []
  for (const team of await store.findTeams(null, TEAMS_MAX)) {
    const ofFile = workspaces.find((workspace) => workspace.team.id === team.id)
    const tokens = await findLiving(options, ofFile?.tokens.slice(0, TOKENS_MAX) ?? [])
    const users = await store.findUsers(team.id, null, PEOPLE_MAX)
    teams.push(toTeamFacts(team, users, tokens, { url, total: ofFile?.users.length }))
  }
  return { mode: 'dev', url, api, version, storage, teams }
}

/** Those that the store takes: a filled store may come from another file, and tokens may be revoked. */
async function findLiving({ store, clock }: DevPageOptions, tokens: readonly TokenOfFile[]): Promise<TokenOfFile[]> {
  const now = clock.now() / 1000
  const living: TokenOfFile[] = []
  for (const { token } of tokens) {
    const grant = await store.findGrant(token)
    if (grant && !grant.revoked && (grant.expiresAt === 0 || grant.expiresAt > now)) living.push({ token, grant })
  }
  return living
}

interface Around {
  readonly url: string
  readonly total: number | undefined
}

function toTeamFacts(
  team: Team,
  users: readonly User[],
  tokens: readonly TokenOfFile[],
  { url, total }: Around,
): TeamFacts {
  const own = new Map<string, TokenOfFile>()
  for (const token of tokens) if (!own.has(token.grant.userId)) own.set(token.grant.userId, token)
  const nameOf = (userId: string) => users.find(({ id }) => id === userId)?.name ?? userId
  const others = tokens.filter((token) => own.get(token.grant.userId) !== token)
  return {
    id: team.id,
    name: team.name,
    domain: team.domain,
    plan: team.plan,
    people: users.map((user) => toPersonFacts(user, team, own.get(user.id), url)),
    ...(users.length < PEOPLE_MAX || total === undefined ? {} : { peopleTotal: total }),
    fields: [...team.fields.values()].map(({ id, label, type }) => ({ id, label, type })),
    otherTokens: others.map(({ token, grant }) => ({
      token,
      kind: grant.kind,
      user: nameOf(grant.userId),
      app: grant.appId === null ? null : (team.apps.get(grant.appId)?.name ?? grant.appId),
    })),
  }
}

function toPersonFacts(user: User, team: Team, own: TokenOfFile | undefined, url: string): PersonFacts {
  const { base, extension } = pictureOf(user, url)
  const { profile } = user
  return {
    id: user.id,
    name: user.name,
    realName: profile.realName,
    displayName: profile.displayName,
    role: user.role,
    title: profile.title,
    status: { text: profile.status.text, emoji: characterOf(profile.status.emoji, team) },
    image: `${base}72${extension}`,
    deleted: user.deleted,
    ...(own ? { token: own.token, tokenKind: own.grant.kind, scopes: own.grant.scopes } : {}),
  }
}

function characterOf(shortcode: string, team: Team): string {
  const points = resolveEmoji(shortcode, team.emoji)?.unicode?.split('-')
  return points ? String.fromCodePoint(...points.map((point) => Number.parseInt(point, 16))) : shortcode
}
