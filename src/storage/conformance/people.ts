import type { EventType, LogEntry } from '../../domain/event.ts'
import type { Grant } from '../../domain/grant.ts'
import type { AppId, FieldId, TeamId, UserId } from '../../domain/ids.ts'
import { DEFAULT_COMPAT, DEFAULT_SETTINGS, type Team } from '../../domain/team.ts'
import { EMPTY_PROFILE, type User } from '../../domain/user.ts'
import type { Change, ChangeKey, Loaded } from '../store.ts'

export const TEAM = 'T0COFFEE1' as TeamId
export const OTHER_TEAM = 'T0TEAROOM' as TeamId
export const ADA = 'U0ADA00001' as UserId
export const BOB = 'U0BOB00001' as UserId
export const APP = 'A0STATUS01' as AppId

export function team(id: TeamId = TEAM): Team {
  return {
    id,
    name: 'Coffee Co',
    domain: 'coffee',
    plan: 'paid',
    compat: DEFAULT_COMPAT,
    settings: DEFAULT_SETTINGS,
    fields: new Map(),
    sections: [],
    emoji: new Map(),
    apps: new Map(),
  }
}

export function user(id: UserId, given: Partial<User> = {}): User {
  return {
    id,
    teamId: TEAM,
    name: id.toLowerCase(),
    role: 'member',
    deleted: false,
    has2fa: false,
    tz: 'Europe/London',
    locale: 'en-GB',
    ordinal: 0,
    email: null,
    profile: EMPTY_PROFILE,
    bot: null,
    updated: 1,
    ...given,
  }
}

export function withStatus(id: UserId, expiration: number): User {
  return user(id, { profile: { ...EMPTY_PROFILE, status: { text: 'Away', emoji: ':palm_tree:', expiration } } })
}

export function grant(tokenId: string, given: Partial<Grant> = {}): Grant {
  return {
    tokenId,
    kind: 'user',
    teamId: TEAM,
    userId: ADA,
    appId: APP,
    scopes: ['users.profile:write', 'users:read'],
    expiresAt: 0,
    createdAt: 100,
    revoked: false,
    ...given,
  }
}

/** A team of which every part is filled. */
export function fullTeam(): Team {
  const role = 'Xf0ROLE001' as FieldId
  const city = 'Xf0CITY001' as FieldId
  const field = {
    hint: 'Where?',
    type: 'options_list',
    possibleValues: ['Rome', 'Oslo'],
    ordering: 0,
    isHidden: true,
    sectionId: 'S1',
    api: false,
    isScim: true,
    isProtected: true,
  } as const
  return {
    ...team(),
    plan: 'free',
    compat: { adminEditRule: 'outrank', customFieldEvents: 'silent', emailChange: 'confirm' },
    settings: {
      allowedIps: ['10.0.0.0/8'],
      require2fa: true,
      state: 'ekm_access_denied',
      uneditableFields: ['title', city],
      sudoMinutes: 5,
    },
    fields: new Map([
      [role, { ...field, id: role, label: 'Role', type: 'text', possibleValues: null }],
      [city, { ...field, id: city, label: 'City', ordering: 1 }],
    ]),
    sections: [{ id: 'S1', label: 'About', type: 'custom', order: 2, isHidden: true }],
    emoji: new Map([
      ['shipit', 'alias:squirrel'],
      ['__proto__', 'https://example.com/p.png'],
    ]),
    apps: new Map([
      [
        APP,
        {
          id: APP,
          name: 'Status bot',
          botUser: BOB,
          collaborators: [ADA],
          signingSecret: 'secret',
          verificationToken: 'token',
          socketMode: true,
          requestUrl: 'http://127.0.0.1:5000/',
          events: ['user_change'],
          response: '2021',
          restricted: true,
        },
      ],
    ]),
  }
}

export function keyFor(userId: UserId, given: Partial<ChangeKey> = {}): ChangeKey {
  return { teamId: TEAM, actorId: userId, userId, emails: [], userIds: [], ...given }
}

const BOTH: readonly EventType[] = ['user_change', 'user_profile_changed']

/** A decision that sets the title, and moves `updated` by one so that the number of changes can be read off. */
export function setTitle(title: string, events: readonly EventType[] = BOTH): (loaded: Loaded) => Change {
  return ({ user }) => {
    if (user === undefined) throw new Error('nobody')
    return { user: { ...user, updated: user.updated + 1, profile: { ...user.profile, title } }, events }
  }
}

/** The titles that the log tells of. */
export function titlesIn(entries: readonly LogEntry[]): string[] {
  return usersIn(entries).map(({ profile }) => profile.title)
}

/** The users that the log tells of, as they were then. */
export function usersIn(entries: readonly LogEntry[]): User[] {
  return entries.flatMap((entry) => (entry.kind === 'user' ? [entry.user] : []))
}
