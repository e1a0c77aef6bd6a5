import { readFileSync } from 'node:fs'
import { CORE_KEYS } from '../domain/profile/patch.ts'
import { type Answer, type ApiClient, type ClientWorld, messagesOf, openApi, reached } from './api-client.ts'
import { CannotStart } from './cannot-start.ts'
import type { Pair, ProfileGet, ProfileSet } from './client-command.ts'
import { findUser } from './find-user.ts'
import {
  asRead,
  coreTarget,
  fieldTargets,
  findField,
  findTarget,
  heldIn,
  isCertain,
  isSame,
  patchOf,
  type Target,
} from './profile-fields.ts'
import { type Terminal, table } from './terminal.ts'
import { quote, visible } from './visible.ts'

/** Shows or changes one profile. */
export async function profile(
  command: ProfileGet | ProfileSet,
  terminal: Terminal,
  world: ClientWorld = {},
): Promise<number> {
  const api = openApi(command, world)
  const user = await reached(findUser(api, command.user), command.apiUrl)
  if (command.run === 'profile get') return show(command, terminal, api, user)
  return change(command, terminal, api, user)
}

async function show(command: ProfileGet, terminal: Terminal, api: ApiClient, user: string | undefined) {
  const answer = await api.demand('users.profile.get', { user })
  const fields = command.labels ? fieldTargets(await api.demand('team.profile.get')) : []
  const held = withLabels(answer.profile as object, fields)
  if (command.json) {
    terminal.out(`${JSON.stringify({ profile: held })}\n`)
    return 0
  }
  const rows = rowsOf(held, fields)
  terminal.out(`${table(rows.length === 0 ? [['(nothing is set)']] : rows).join('\n')}\n`)
  return 0
}

function withLabels(held: object, fields: readonly Target[]): object {
  const stored = (held as { fields?: Record<string, object> | null }).fields
  if (!stored || fields.length === 0) return held
  const labels = new Map(fields.map(({ key, label }) => [key, label]))
  const labelled = Object.entries(stored).map(([id, value]) => [id, { ...value, label: labels.get(id) ?? '' }])
  return { ...held, fields: Object.fromEntries(labelled) }
}

/** What a person has written, without the pictures and what follows from other keys. */
function rowsOf(held: object, fields: readonly Target[]): string[][] {
  const core = CORE_KEYS.map((key) => [key, heldIn(held, coreTarget(key) as Target)])
  const expires = (held as { status_expiration?: unknown }).status_expiration
  if (typeof expires === 'number' && expires > 0)
    core.push(['status_expiration', new Date(expires * 1000).toISOString()])
  const stored = Object.keys((held as { fields?: object | null }).fields ?? {}).map((id) => {
    const target = fields.find(({ key }) => key === id) ?? { key: id, label: id, isField: true, type: 'text' }
    return [target.label === id ? id : `${id} (${visible(target.label)})`, heldIn(held, target)]
  })
  return [...core, ...stored].flatMap(([key = '', value = '']) => (value === '' ? [] : [[key, visible(value)]]))
}

async function change(command: ProfileSet, terminal: Terminal, api: ApiClient, user: string | undefined) {
  const whole = command.jsonProfile === null ? {} : readJsonProfile(command.jsonProfile)
  const changes = await findChanges(command, api)
  const patch = merged(whole, patchOf(changes))
  const answer = await api.demand('users.profile.set', { user, profile: patch })
  for (const message of messagesOf(answer)) terminal.error(`Notice: ${message}\n`)
  if (command.json) {
    terminal.out(`${JSON.stringify({ username: answer.username, profile: answer.profile })}\n`)
    return 0
  }
  terminal.out(
    `${[`Changed ${visible(String(answer.username ?? user ?? 'your profile'))}.`, ...taken(answer, changes)].join('\n')}\n`,
  )
  return 0
}

interface Change {
  readonly target: Target
  readonly value: string
}

async function findChanges({ pairs, fields }: ProfileSet, api: ApiClient): Promise<Change[]> {
  const needsLabels = [...pairs, ...fields].some(([name]) => !isCertain(name)) || fields.length > 0
  const known = needsLabels ? fieldTargets(await api.demand('team.profile.get')) : []
  const found = (name: string, find: typeof findField): Target => {
    const target = !needsLabels && isCertain(name) ? (coreTarget(name) ?? bareField(name)) : find(name, known)
    if (typeof target === 'string') throw new CannotStart(target.endsWith('?') ? target : `${target}.`)
    return target
  }
  const changeOf =
    (find: typeof findField) =>
    ([name, value]: Pair) => ({ target: found(name, find), value })
  const changes = [...pairs.map(changeOf(findTarget)), ...fields.map(changeOf(findField))]
  for (const [index, { target }] of changes.entries()) {
    if (changes.findIndex((other) => other.target.key === target.key) !== index) {
      throw new CannotStart(`${target.key} is given twice.`)
    }
  }
  return changes.map(({ target, value }) => ({ target, value: target.type === 'tags' ? asRead(value, target) : value }))
}

const bareField = (key: string): Target => ({ key, label: key, isField: true, type: 'text' })

/** What stands there now, and where the server made something else of it. */
function taken(answer: Answer, changes: readonly Change[]): string[] {
  return changes.map(({ target, value }) => {
    const now = heldIn(answer.profile, target)
    const name = target.label === target.key ? target.key : `${target.key} (${visible(target.label)})`
    const differs = !isSame(now, value, target) && target.key !== 'email'
    return `  ${name}: ${quote(now)}${differs ? `, where ${quote(value)} was sent` : ''}`
  })
}

function readJsonProfile(path: string): Record<string, unknown> {
  const text = readText(path)
  const value = parsed(text, path)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CannotStart(`${path === '-' ? 'Stdin' : path} must hold a JSON object, such as {"title":"Barista"}.`)
  }
  // What was read may be given back whole, as "profile get --json" prints it.
  const { profile: inner } = value as { profile?: unknown }
  const isAnswer = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
  return (isAnswer ? inner : value) as Record<string, unknown>
}

function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    throw new CannotStart(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}.`)
  }
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CannotStart(`${path === '-' ? 'Stdin' : path} is no JSON: ${visible((error as Error).message)}`)
  }
}

/** What was typed beats what the file says. */
function merged(whole: Record<string, unknown>, patch: object): object {
  const { fields: typed, ...core } = patch as { fields?: object }
  if (typed === undefined) return { ...whole, ...core }
  const stored = typeof whole.fields === 'object' && !Array.isArray(whole.fields) ? whole.fields : {}
  return { ...whole, ...core, fields: { ...stored, ...typed } }
}
