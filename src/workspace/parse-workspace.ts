import type { AppId, UserId } from '../domain/ids.ts'
import { resolveEmoji } from '../domain/profile/emoji.ts'
import type { App, Team } from '../domain/team.ts'
import { DEFAULT_COMPAT, DEFAULT_SETTINGS } from '../domain/team.ts'
import { EMPTY_PROFILE, type User } from '../domain/user.ts'
import { parseJson } from './parse-json.ts'
import { ProblemList, type Problems } from './problems.ts'
import { readApps } from './read-apps.ts'
import { readEmoji } from './read-emoji.ts'
import { DEFAULT_SECTION, readFields, readSections } from './read-fields.ts'
import { type Keys, readObject } from './read-object.ts'
import { createProfileReader } from './read-profile.ts'
import { readCompat, readSettings, readTeamFacts, type TeamFacts } from './read-team.ts'
import { readTokens } from './read-tokens.ts'
import { type PersonOfFile, readPeople } from './read-users.ts'
import { Unique } from './read-values.ts'
import { tellRepeatedKeys } from './repeated-keys.ts'
import { Spot } from './spot.ts'
import type { Workspace } from './workspace.ts'

export const WORKSPACE_BYTES_MAX = 64 * 1024 * 1024

/** Reads the text of a workspace file into domain objects, or tells everything that is wrong with it. */
export function parseWorkspace(text: string, fileName: string): Workspace | Problems {
  const problems = new ProblemList()
  if (Buffer.byteLength(text) > WORKSPACE_BYTES_MAX) {
    problems.add('', `${fileName} is larger than ${WORKSPACE_BYTES_MAX / 1024 / 1024} MiB`)
    return problems
  }
  const json = parseJson(text)
  if ('mistake' in json) {
    problems.add('', json.mistake)
    return problems
  }
  const top = new Spot(json.value, problems)
  tellRepeatedKeys(text, top)
  const workspace = readObject(top, readWorkspace)
  return workspace === undefined || problems.count > 0 ? problems : workspace
}

/** In an order in which everything that is referred to is known. */
function readWorkspace(keys: Keys): Workspace | undefined {
  const facts = keys.take('team', readTeamFacts, undefined) ?? readTeamFacts(keys.spot.at('team', {}))
  const people = keys.take('users', readPeople, [])
  const byId = new Map(people.map((person) => [person.id as string, person]))
  const apps = keys.take('apps', (spot) => readApps(spot, byId), new Map<AppId, App>())
  const team = facts && readTeam(keys, facts, apps)
  if (team === undefined) return undefined
  const users = readUsers(people, team)
  const primaryOwner = people.find(({ role }) => role === 'primary_owner')?.id ?? null
  const around = { teamId: team.id, people: byId, primaryOwner, apps }
  const tokens = keys.take('tokens', (spot) => readTokens(spot, around), [])
  return { team, users, tokens }
}

function readTeam(keys: Keys, facts: TeamFacts, apps: Team['apps']): Team {
  const given = keys.take('profile_sections', readSections, [])
  const sections = given.length > 0 ? given : [DEFAULT_SECTION]
  const fields = keys.take<Team['fields']>('profile_fields', (spot) => readFields(spot, sections), new Map())
  return {
    ...facts,
    compat: keys.take('compat', readCompat, DEFAULT_COMPAT),
    settings: keys.take('settings', (spot) => readSettings(spot, fields), DEFAULT_SETTINGS),
    fields,
    sections,
    emoji: keys.take<Team['emoji']>('emoji', (spot) => readEmoji(spot, isStandardEmoji), new Map()),
    apps,
  }
}

function isStandardEmoji(name: string): boolean {
  return resolveEmoji(`:${name}:`, NO_EMOJI) !== undefined
}

const NO_EMOJI: ReadonlyMap<string, string> = new Map()

/** Slack: `^B[A-Z0-9]{8,}$`. The ids of a file may be shorter. */
function botIdOf(id: UserId): string {
  return `B${id.slice(1).padStart(8, '0')}`
}

function readUsers(people: readonly PersonOfFile[], team: Team): User[] {
  const profiles = createProfileReader(team, new Set<UserId>(people.map(({ id }) => id)))
  const appOfBot = new Map([...team.apps.values()].map(({ botUser, id }) => [botUser, id]))
  const emails = new Unique()
  return people.map(({ spot, profile, id, ...facts }, ordinal) => {
    const bot = facts.role === 'bot' ? { botId: botIdOf(id), appId: appOfBot.get(id) ?? null } : null
    const rest = { teamId: team.id, ordinal, email: null, profile: EMPTY_PROFILE, bot, updated: 0 }
    const empty: User = { id, ...facts, ...rest }
    const user = profile === null ? empty : profiles.read(profile, empty)
    if (profile !== null && user.email !== null) {
      emails.check(profile.at('email', user.email), user.email.toLowerCase())
    }
    return user
  })
}
