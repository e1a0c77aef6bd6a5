import { nearestWord } from '../did-you-mean.ts'
import { CORE_KEYS } from '../domain/profile/patch.ts'
import type { Answer } from './api-client.ts'
import { visible } from './visible.ts'

/** One place of a profile that a command can write. */
export interface Target {
  /** A key of the profile, or the id of a custom field. */
  readonly key: string
  readonly label: string
  readonly isField: boolean
  readonly type: string
}

const CORE: ReadonlySet<string> = new Set(CORE_KEYS)
const FIELD_ID = /^Xf[A-Za-z0-9]{2,}$/

export function coreTarget(key: string): Target | undefined {
  return CORE.has(key) ? { key, label: key, isField: false, type: 'text' } : undefined
}

/** The custom fields that team.profile.get tells of. */
export function fieldTargets(answer: Answer): Target[] {
  const fields = (answer.profile as { readonly fields?: unknown } | undefined)?.fields
  if (!Array.isArray(fields)) return []
  return fields.flatMap(({ id, label, type }) =>
    typeof id === 'string' && FIELD_ID.test(id)
      ? [{ key: id, label: String(label ?? id), isField: true, type: String(type ?? 'text') }]
      : [],
  )
}

/** A custom field by its id or label, or a sentence: which candidates there are, or what comes close. */
export function findField(name: string, fields: readonly Target[]): Target | string {
  const byId = fields.find(({ key }) => key === name)
  if (byId) return byId
  const exact = fields.filter(({ label }) => label === name)
  const found = exact.length > 0 ? exact : fields.filter(({ label }) => sameWords(label, name))
  if (found.length > 1) {
    const ids = found.map(({ key, label }) => `${key} (${visible(label)})`).join(', ')
    return `"${visible(name)}" may be any of ${ids}; say which by its id`
  }
  return found[0] ?? `there is no field "${visible(name)}"${suggestion(name, fields)}`
}

/** A profile key exactly as the API spells it, else a custom field. */
export function findTarget(name: string, fields: readonly Target[]): Target | string {
  return coreTarget(name) ?? findField(name, fields)
}

export function isCertain(name: string): boolean {
  return CORE.has(name) || FIELD_ID.test(name)
}

export function sameWords(one: string, other: string): boolean {
  return plain(one) === plain(other)
}

/** Case, spaces, dashes and underscores aside. */
export function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_')
}

function suggestion(name: string, fields: readonly Target[]): string {
  const close = nearestWord(name, [...CORE_KEYS, ...fields.map(({ label }) => label)])
  if (close !== undefined) return `; did you mean "${visible(close)}"?`
  return fields.length === 0
    ? '; the team has no custom fields'
    : `; the team has ${fields
        .slice(0, 20)
        .map(({ label }) => visible(label))
        .join(', ')}`
}

/** What a profile holds there, as one text; several values stand apart by commas. */
export function heldIn(profile: unknown, target: Target): string {
  const held = profile as { readonly fields?: Record<string, unknown> | null; readonly [key: string]: unknown }
  if (!target.isField) return textOf(held[target.key])
  const field = held.fields && Object.hasOwn(held.fields, target.key) ? held.fields[target.key] : undefined
  const { value, values } = (field ?? {}) as { readonly value?: unknown; readonly values?: unknown }
  if (Array.isArray(values)) return values.map((item) => textOf((item as { value?: unknown })?.value)).join(',')
  return textOf(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

const LISTS: ReadonlySet<string> = new Set(['tags', 'user'])

/** As it would be read back: lists without spaces around their commas. */
export function asRead(text: string, target: Target): string {
  if (!target.isField || !LISTS.has(target.type)) return text.trim()
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(',')
}

/** Whether what was read is what is wanted: Slack reads back `&`, `<` and `>` escaped, and addresses in small letters. */
export function isSame(read: string, wanted: string, target: Target): boolean {
  const form = (text: string) => (target.key === 'email' ? asRead(text, target).toLowerCase() : asRead(text, target))
  const unescaped = read.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
  return form(read) === form(wanted) || form(unescaped) === form(wanted)
}

/** `profile` for users.profile.set. */
export function patchOf(changes: readonly { readonly target: Target; readonly value: string }[]): object {
  const fields = changes.filter(({ target }) => target.isField)
  return {
    ...Object.fromEntries(
      changes.filter(({ target }) => !target.isField).map(({ target, value }) => [target.key, value]),
    ),
    ...(fields.length === 0
      ? {}
      : { fields: Object.fromEntries(fields.map(({ target, value }) => [target.key, { value, alt: '' }])) }),
  }
}
