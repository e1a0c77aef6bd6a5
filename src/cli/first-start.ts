import { randomInt } from 'node:crypto'
import { type AppId, type FieldId, parseTeamId, parseUserId, type UserId } from '../domain/ids.ts'
import type { App, FieldDefinition, Team } from '../domain/team.ts'
import { DEFAULT_COMPAT, DEFAULT_SETTINGS } from '../domain/team.ts'
import { EMPTY_PROFILE, type User } from '../domain/user.ts'
import type { Store } from '../storage/store.ts'
import { DEFAULT_SECTION } from '../workspace/read-fields.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { makeSignInCode, openSignIn, type SignIn } from './sign-in.ts'
import { storeNewToken } from './token-requests.ts'

/** What an owner's first token may do: everything that a user's token can. */
const OWNER_SCOPES: readonly string[] = [
  'users.profile:read',
  'users.profile:write',
  'users:read',
  'users:read.email',
  'users:write',
  'emoji:read',
  'team:read',
  'team.preferences:read',
  'team.preferences:write',
  'dnd:read',
  'dnd:write',
  'admin.users:read',
  'admin.users:write',
]

const ID_LENGTH = 10
const ID_LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** The team of a server that was given no other: one primary owner, who names everything else. */
export function makeFirstTeam(): Workspace {
  const teamId = parseTeamId(makeId('T'))
  const userId = parseUserId(makeId('U'))
  if (!teamId || !userId) throw new Error('An id was made that does not parse.')
  const team: Team = {
    id: teamId,
    name: 'My team',
    domain: 'my-team',
    plan: 'paid',
    compat: DEFAULT_COMPAT,
    settings: DEFAULT_SETTINGS,
    fields: new Map<FieldId, FieldDefinition>(),
    sections: [DEFAULT_SECTION],
    emoji: new Map<string, string>(),
    apps: new Map<AppId, App>(),
  }
  const { timeZone, locale } = Intl.DateTimeFormat().resolvedOptions()
  const owner: User = {
    id: userId,
    teamId,
    name: 'owner',
    role: 'primary_owner',
    deleted: false,
    has2fa: false,
    tz: timeZone,
    locale,
    ordinal: 0,
    email: null,
    profile: { ...EMPTY_PROFILE, realName: 'Owner', firstName: 'Owner' },
    bot: null,
    updated: 0,
  }
  return { team, users: [owner], tokens: [] }
}

function makeId(prefix: string): string {
  return prefix + Array.from({ length: ID_LENGTH }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join('')
}

export interface FirstSignIn {
  readonly signIn: SignIn
  /** Printed until somebody has signed in: a lost link is replaced by a restart. */
  readonly code: string
}

interface Around {
  readonly store: Store
  readonly clock: { now(): number }
  /** Whether no other process has the store open: then a new code takes the place of the one before. */
  readonly isAlone: boolean
}

/** Links that nodes which start together have printed: each of them is taken. */
const CODES_MAX = 16

/** The way in for the primary owner, for as long as the store has no token at all. */
export async function openFirstSignIn({ store, clock, isAlone }: Around): Promise<FirstSignIn | undefined> {
  if (await store.hasTokens()) return undefined
  const owner = await findPrimaryOwner(store)
  if (owner === undefined) return undefined
  const wish = { ...owner, appId: null, kind: 'user' as const, scopes: OWNER_SCOPES, expiresInSeconds: null }
  const makeToken = async () => (await storeNewToken({ store, clock }, wish)).token
  const code = await makeSignInCode(store, clock.now(), isAlone ? 1 : CODES_MAX)
  return { signIn: openSignIn({ notes: store, clock, makeToken }), code }
}

const PAGE_ROWS = 1000

async function findPrimaryOwner(store: Store): Promise<{ team: Team; userId: UserId } | undefined> {
  const [team] = await store.findTeams(null, 1)
  if (team === undefined) return undefined
  let after: UserId | null = null
  for (;;) {
    const users: readonly User[] = await store.findUsers(team.id, after, PAGE_ROWS)
    const owner = users.find(({ role, deleted }) => role === 'primary_owner' && !deleted)
    if (owner) return { team, userId: owner.id }
    after = users.at(-1)?.id ?? null
    if (after === null || users.length < PAGE_ROWS) return undefined
  }
}
