import { type ErrorCode, isRefusal, type Refusal, refuse } from '../domain/errors.ts'
import { parseUserId, type UserId } from '../domain/ids.ts'
import type { RawArgs } from './call.ts'
import { isBroken, parseJson } from './parse-json.ts'

/** How one argument is read and documented. */
export interface Arg<Type = unknown, Required extends boolean = boolean, Input = Type> {
  readonly doc: string
  readonly example: string
  readonly required: Required
  /** JSON Schema of the argument in a JSON body. */
  readonly json: Readonly<Record<string, unknown>>
  /** Never set: it carries the type of what a caller sends. */
  readonly input?: Input
  /** `raw` is never null, undefined or, for anything but text, empty. */
  read(raw: unknown, name: string): Type | Refusal
}

export type ArgsOf<Args extends Readonly<Record<string, Arg>>> = {
  readonly [Name in keyof Args]: Args[Name] extends Arg<infer Type, infer Required, unknown>
    ? Required extends true
      ? Type
      : Type | undefined
    : never
}

interface Described {
  readonly doc: string
  readonly example: string
}

interface DescribedJson extends Described {
  /** The answer to text that is no JSON. */
  readonly otherwise: ErrorCode
  /** JSON Schema of the keys that callers usually send; others are not forbidden. */
  readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export const arg = {
  string: (about: Described): Arg<string, false> => ({
    ...about,
    required: false,
    json: { type: 'string' },
    read: readText,
  }),

  /** `true`, `false`, `1` and `0`, as text or JSON, in any case: Python writes `True` into a query. */
  boolean: (about: Described): Arg<boolean, false> => ({
    ...about,
    required: false,
    json: { type: 'boolean' },
    read: (raw, name) => {
      // An object of the caller's may have a `toString` of its own.
      const text = typeof raw === 'object' ? undefined : String(raw).toLowerCase()
      if (text === 'true' || text === '1') return true
      if (text === 'false' || text === '0' || text === '') return false
      return wrong(name, 'send true or false')
    },
  }),

  /** An empty choice is none: forms send every argument (docs/decisions/0003). */
  choice: <const Value extends string>(
    values: readonly Value[],
    about: Described,
  ): Arg<Value | undefined, false, Value> => ({
    ...about,
    required: false,
    json: { type: 'string', enum: values },
    read: (raw, name) => {
      if (raw === '') return undefined
      return values.find((value) => value === raw) ?? wrong(name, `send one of ${values.join(', ')}`)
    },
  }),

  /** A malformed id names nobody: it is answered like an unknown one (docs/decisions/0019). */
  userId: (about: Described): Arg<UserId | undefined, false, string> => ({
    ...about,
    required: false,
    json: { type: 'string' },
    read: readUserId,
  }),

  requiredUserId: (about: Described): Arg<UserId, true, string> => ({
    ...about,
    required: true,
    json: { type: 'string' },
    read: (raw, name) => readUserId(raw, name) ?? refuse('user_not_found', 'name a user'),
  }),

  /** JSON as text, in a form; JSON as text or as it is, in a JSON body. */
  json: <Input extends object = object>(about: DescribedJson): Arg<unknown, false, Input | string> => ({
    doc: about.doc,
    example: about.example,
    required: false,
    json: jsonSchemaOf(about),
    read: (raw, name) => readJson(raw, name, about.otherwise),
  }),

  requiredJson: <Input extends object = object>(about: DescribedJson): Arg<unknown, true, Input | string> => ({
    doc: about.doc,
    example: about.example,
    required: true,
    json: jsonSchemaOf(about),
    read: (raw, name) => readJson(raw, name, about.otherwise) ?? wrong(name, 'this argument is required'),
  }),
}

/** Reads what the method declares; everything else is ignored (docs/decisions/0003). JSON null means absent. */
export function parseArguments<Args extends Readonly<Record<string, Arg>>>(
  declared: Args,
  raw: RawArgs,
): ArgsOf<Args> | Refusal {
  const read: Record<string, unknown> = {}
  for (const name in declared) {
    const argument = declared[name] as Arg
    const value = raw.get(name)
    if (value === undefined || value === null) {
      if (argument.required) return wrong(name, 'this argument is required')
      continue
    }
    const parsed = argument.read(value, name)
    if (isRefusal(parsed)) return parsed
    read[name] = parsed
  }
  return read as ArgsOf<Args>
}

/** Each argument by itself, in place of those that cannot be read their refusal. */
export function readEach(declared: Readonly<Record<string, Arg>>, raw: RawArgs): Readonly<Record<string, unknown>> {
  const read: Record<string, unknown> = {}
  for (const name in declared) {
    const value = raw.get(name) ?? undefined
    if (value !== undefined) read[name] = declared[name]?.read(value, name)
  }
  return read
}

function readText(raw: unknown, name: string): string | Refusal {
  if (typeof raw === 'string') return raw
  if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw)
  if (Array.isArray(raw)) return refuse('invalid_array_arg', `${name}: send a string`)
  return wrong(name, 'send a string')
}

/** The empty text means the caller: some clients always send the argument. */
function readUserId(raw: unknown, name: string): UserId | undefined | Refusal {
  const text = readText(raw, name)
  if (typeof text !== 'string') return text
  if (text === '') return undefined
  return parseUserId(text) ?? refuse('user_not_found', `${name} is not the id of a member of this team`)
}

function jsonSchemaOf({ properties }: DescribedJson): Arg['json'] {
  return { anyOf: [{ type: 'object', ...(properties === undefined ? {} : { properties }) }, { type: 'string' }] }
}

function readJson(raw: unknown, name: string, otherwise: ErrorCode): unknown {
  if (typeof raw !== 'string') return raw
  if (raw === '') return undefined
  const value = parseJson(raw)
  if (!isBroken(value)) return value ?? undefined
  return refuse(otherwise, `${name} is not valid JSON, or is nested too deeply; in a form it must be URL-encoded`)
}

function wrong(name: string, rule: string): Refusal<'invalid_arguments'> {
  return refuse('invalid_arguments', `${name}: ${rule}`)
}
