import type { Grant } from '../../src/domain/grant.ts'
import type { AppId, FieldId, TeamId, UserId } from '../../src/domain/ids.ts'
import {
  type App,
  DEFAULT_COMPAT,
  DEFAULT_SETTINGS,
  type FieldDefinition,
  type FieldType,
  type Team,
} from '../../src/domain/team.ts'
import { EMPTY_PROFILE, isOwner, type Role, type User } from '../../src/domain/user.ts'

/** The people, team and tokens that tests begin with. The clock stands at NOW. */
export interface World {
  readonly team: Team
  readonly users: readonly User[]
  readonly tokens: readonly { readonly token: string; readonly grant: Grant }[]
}

/** 2026-01-15T10:00:00Z, in Unix milliseconds. */
export const NOW = Date.UTC(2026, 0, 15, 10)
export const NOW_SECONDS = NOW / 1000

export const TEAM = 'T0COFFEE1' as TeamId
export const OTHER_TEAM = 'T0TEATEA1' as TeamId
export const STATUS_APP = 'A0STATUS01' as AppId

export const ids = {
  pia: 'U0PIA00001' as UserId,
  owen: 'U0OWEN0001' as UserId,
  olga: 'U0OLGA0001' as UserId,
  ada: 'U0ADA00001' as UserId,
  abe: 'U0ABE00001' as UserId,
  mel: 'U0MEL00001' as UserId,
  bob: 'U0BOB00001' as UserId,
  gus: 'U0GUS00001' as UserId,
  sol: 'U0SOL00001' as UserId,
  del: 'U0DEL00001' as UserId,
  bot: 'U0BOT00001' as UserId,
} as const
export type PersonName = keyof typeof ids

const PEOPLE: readonly (readonly [PersonName, Role, string, string])[] = [
  ['pia', 'primary_owner', 'Pia', 'Primary'],
  ['owen', 'owner', 'Owen', 'Owner'],
  ['olga', 'owner', 'Olga', 'Owner'],
  ['ada', 'admin', 'Ada', 'Lovelace'],
  ['abe', 'admin', 'Abe', 'Admin'],
  ['mel', 'member', 'Mel', 'Member'],
  ['bob', 'member', 'Bob', 'Builder'],
  ['gus', 'guest', 'Gus', 'Guest'],
  ['sol', 'single_channel_guest', 'Sol', 'Single'],
  ['del', 'member', 'Del', 'Eted'],
  ['bot', 'bot', 'Status', 'Bot'],
]

const FIELDS: readonly (readonly [string, FieldType, string])[] = [
  ['Xf0TEXT001', 'text', 'Role'],
  ['Xf0LONG001', 'long_text', 'About'],
  ['Xf0DATE001', 'date', 'Birthday'],
  ['Xf0LINK001', 'link', 'Home page'],
  ['Xf0OPTS001', 'options_list', 'House'],
  ['Xf0TAGS001', 'tags', 'Skills'],
  ['Xf0USER001', 'user', 'Manager'],
]

export const ALL_SCOPES = ['users.profile:read', 'users.profile:write', 'users:read', 'users:read.email'] as const

/** What changes the settings of the team, for those who may. */
export const PREFS_SCOPES = ['team.preferences:read', 'team.preferences:write'] as const

export function aWorld(): World {
  const users = PEOPLE.map(([name, role, first, last], ordinal) => person(name, role, first, last, ordinal))
  const tokens = users
    .filter((user) => user.id !== ids.bot)
    .map((user) => ({
      token: `xoxp-${user.name}`,
      grant: aGrant({ userId: user.id, tokenId: user.name, ...scopesOf(user) }),
    }))
  return {
    team: aTeam(),
    users,
    tokens: [
      ...tokens,
      { token: 'xoxb-bot', grant: aGrant({ kind: 'bot', userId: ids.bot, tokenId: 'bot' }) },
      {
        token: 'xapp-bot',
        grant: aGrant({ kind: 'app', userId: ids.ada, tokenId: 'app', scopes: ['connections:write'] }),
      },
      { token: 'xoxa-team', grant: aGrant({ kind: 'workspace', userId: ids.ada, tokenId: 'workspace' }) },
      { token: 'xoxp-narrow', grant: aGrant({ userId: ids.mel, tokenId: 'narrow', scopes: ['identify'] }) },
      {
        token: 'xapp-narrow',
        grant: aGrant({ kind: 'app', userId: ids.bot, tokenId: 'narrowapp', scopes: ['identify'] }),
      },
      // These two are called so in the demo team, for the examples of the reference.
      {
        token: 'xapp-statusbot',
        grant: aGrant({ kind: 'app', userId: ids.bot, tokenId: 'statusapp', scopes: ['connections:write'] }),
      },
      {
        token: 'xoxb-statusbot',
        grant: aGrant({ kind: 'bot', userId: ids.bot, tokenId: 'statusbot', scopes: ['users:read', 'rtm:stream'] }),
      },
    ],
  }
}

function scopesOf(user: User): Partial<Grant> {
  return isOwner(user) ? { scopes: [...ALL_SCOPES, ...PREFS_SCOPES] } : {}
}

/** Another team with a member of the same id and address, for what must not mix. */
export function anotherWorld(): World {
  const mel = { ...person('mel', 'member', 'Melanie', 'Elsewhere', 0), teamId: OTHER_TEAM }
  return {
    team: { ...aTeam(), id: OTHER_TEAM, name: 'Tea Co', domain: 'tea' },
    users: [
      mel,
      {
        ...person('pia', 'primary_owner', 'Petra', 'Elsewhere', 1),
        id: 'U0PETRA001' as UserId,
        email: 'petra@tea.example',
        teamId: OTHER_TEAM,
      },
    ],
    tokens: [
      { token: 'xoxp-elsewhere', grant: { ...aGrant({ userId: mel.id, tokenId: 'elsewhere' }), teamId: OTHER_TEAM } },
    ],
  }
}

export function aTeam(): Team {
  const fields = FIELDS.map(([id, type, label], ordering) => aField(id, type, { label, ordering }))
  return {
    id: TEAM,
    name: 'Coffee Co',
    domain: 'coffee',
    plan: 'paid',
    compat: DEFAULT_COMPAT,
    settings: DEFAULT_SETTINGS,
    fields: new Map(fields.map((field) => [field.id, field])),
    sections: [{ id: 'S1', label: 'About', type: 'custom', order: 0, isHidden: false }],
    emoji: new Map([
      ['party_parrot', 'https://emoji.example/party_parrot.gif'],
      ['shipit', 'alias:squirrel'],
      ['pp', 'alias:party_parrot'],
    ]),
    apps: new Map([[STATUS_APP, anApp()]]),
  }
}

export function anApp(): App {
  return {
    id: STATUS_APP,
    name: 'Status bot',
    botUser: ids.bot,
    collaborators: [ids.bob],
    signingSecret: 'signing-secret',
    verificationToken: 'verification-token',
    socketMode: false,
    requestUrl: null,
    events: ['user_change'],
    response: 'modern',
    restricted: false,
  }
}

export function aField(id: string, type: FieldType, more: Partial<FieldDefinition> = {}): FieldDefinition {
  return {
    id: id as FieldId,
    label: id,
    hint: '',
    type,
    possibleValues: type === 'options_list' ? ['Gryffindor', 'Hufflepuff'] : null,
    ordering: 0,
    isHidden: false,
    sectionId: 'S1',
    api: true,
    isScim: false,
    isProtected: false,
    ...more,
  }
}

export function aGrant(more: Partial<Grant>): Grant {
  return {
    tokenId: 'token',
    kind: 'user',
    teamId: TEAM,
    userId: ids.ada,
    appId: STATUS_APP,
    scopes: ALL_SCOPES,
    expiresAt: 0,
    createdAt: NOW_SECONDS - 3600,
    revoked: false,
    ...more,
  }
}

function person(name: PersonName, role: Role, first: string, last: string, ordinal: number): User {
  const isBot = role === 'bot'
  return {
    id: ids[name],
    teamId: TEAM,
    name,
    role,
    deleted: name === 'del',
    has2fa: name === 'ada',
    tz: 'Europe/London',
    locale: 'en-GB',
    ordinal,
    email: isBot ? null : `${name}@coffee.example`,
    profile: {
      ...EMPTY_PROFILE,
      realName: `${first} ${last}`,
      firstName: isBot ? '' : first,
      lastName: isBot ? '' : last,
      displayName: name,
    },
    bot: isBot ? { botId: 'B0STATUS01', appId: STATUS_APP } : null,
    updated: NOW_SECONDS - 86_400,
  }
}

/** Changes the team of a world. */
export const withTeam =
  (change: (team: Team) => Team) =>
  (world: World): World => ({ ...world, team: change(world.team) })

/** Changes one person of a world. */
export const withUser =
  (name: PersonName, change: (user: User) => User) =>
  (world: World): World => ({
    ...world,
    users: world.users.map((user) => (user.id === ids[name] ? change(user) : user)),
  })

/** Changes what one token grants. */
export const withGrant =
  (token: string, change: (grant: Grant) => Grant) =>
  (world: World): World => ({
    ...world,
    tokens: world.tokens.map((entry) => (entry.token === token ? { token, grant: change(entry.grant) } : entry)),
  })
