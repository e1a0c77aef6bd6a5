import type { Grant } from '../src/domain/grant.ts'
import type { AppId, TeamId, UserId } from '../src/domain/ids.ts'
import { type App, DEFAULT_COMPAT, DEFAULT_SETTINGS, type Team } from '../src/domain/team.ts'
import { EMPTY_PROFILE, type User } from '../src/domain/user.ts'
import type { Store } from '../src/storage/store.ts'

export const TOKENS = 1000

export const tokenOf = (index: number) => `xoxp-bench${index}`
export const userIdOf = (index: number) => `U0BENCH${String(index).padStart(7, '0')}` as UserId
export const TEAM_ID = 'T0BENCH01' as TeamId
const APP_ID = 'A0BENCH01' as AppId

/** Fills a store with a team of so many people; the first thousand have tokens. `change` makes them different. */
export async function addPeople(
  store: Store,
  count: number,
  change = (user: User) => user,
  requestUrl: string | null = null,
): Promise<void> {
  await store.addTeam(
    { ...team, apps: new Map(requestUrl === null ? [] : [[APP_ID, appAt(requestUrl)]]) },
    Array.from({ length: count }, (_, index) => change(userAt(index))),
  )
  await addTokens(store, count, requestUrl === null ? null : APP_ID)
}

export async function addTokens(store: Store, people: number, appId: AppId | null = null): Promise<void> {
  for (let index = 0; index < Math.min(people, TOKENS); index++)
    await store.addToken(tokenOf(index), { ...grantAt(index), appId })
}

export const team: Team = {
  id: TEAM_ID,
  name: 'Bench',
  domain: 'bench',
  plan: 'paid',
  compat: DEFAULT_COMPAT,
  settings: DEFAULT_SETTINGS,
  fields: new Map(),
  sections: [],
  emoji: new Map(),
  apps: new Map(),
}

function appAt(requestUrl: string): App {
  return {
    id: APP_ID,
    name: 'Bench',
    botUser: null,
    collaborators: [],
    signingSecret: 'secret',
    verificationToken: '',
    socketMode: false,
    requestUrl,
    events: ['user_change'],
    response: 'modern',
    restricted: false,
  }
}

const SCOPES = ['users.profile:read', 'users.profile:write', 'users:read', 'users:read.email']

function grantAt(index: number): Grant {
  return {
    tokenId: `bench${index}`,
    kind: 'user',
    teamId: TEAM_ID,
    userId: userIdOf(index),
    appId: null,
    scopes: SCOPES,
    expiresAt: 0,
    createdAt: 0,
    revoked: false,
  }
}

export function userAt(index: number): User {
  return {
    id: userIdOf(index),
    teamId: TEAM_ID,
    name: `bench${index}`,
    role: index === 0 ? 'primary_owner' : 'member',
    deleted: false,
    has2fa: false,
    tz: 'Europe/London',
    locale: 'en-GB',
    ordinal: index,
    email: `bench${index}@bench.example`,
    profile: {
      ...EMPTY_PROFILE,
      realName: `Bench Person ${index}`,
      firstName: 'Bench Person',
      lastName: String(index),
      displayName: `bench${index}`,
      title: 'Load carrier',
      phone: '+44 20 5550 0100',
    },
    bot: null,
    updated: 1_760_000_000,
  }
}
