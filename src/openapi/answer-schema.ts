import type { Method } from '../web-api/method.ts'
import type { Warning } from '../web-api/read-body.ts'
import { causesOf, isCodeChosen } from './answer-errors.ts'
import type { Json } from './json.ts'

const WARNINGS = ['missing_charset', 'superfluous_charset'] as const satisfies readonly Warning[]

/** What the envelope adds to any answer, where there is something to tell. */
const WARNING = {
  type: 'string',
  enum: WARNINGS,
  description: 'What is to be done otherwise next time; `response_metadata.warnings` repeats it.',
}
const METADATA = {
  warnings: { type: 'array', items: { type: 'string', enum: WARNINGS } },
  messages: {
    type: 'array',
    items: { type: 'string', pattern: '^\\[(ERROR|WARN)\\] ' },
    description: 'Sentences that say what was wrong, or what was passed over.',
  },
}

/** The answer to a call that succeeded, as the envelope sends it: with `ok`, and room for warnings. */
export function successSchemaOf({ name, response }: Method): Json {
  const forms = formsOf(response.json).map(withEnvelope)
  const [only, second] = forms
  return {
    title: `${name} schema`,
    description: `Answer of ${name} to a call that succeeded`,
    ...(second === undefined ? only : { type: 'object', anyOf: forms }),
  }
}

/** Alternatives within alternatives are alternatives. */
function formsOf(json: Json): readonly Json[] {
  return Array.isArray(json.anyOf) ? json.anyOf.flatMap(formsOf) : [json]
}

function withEnvelope(form: Json): Json {
  const { properties = {}, required = [], ...rest } = form as ObjectSchema
  const { response_metadata: declared, ...own } = properties
  return {
    ...rest,
    properties: {
      ok: { type: 'boolean', enum: [true], title: 'default success response' },
      ...own,
      warning: WARNING,
      response_metadata: metadataOf(declared),
    },
    required: ['ok', ...required],
  }
}

interface ObjectSchema extends Json {
  readonly properties?: Readonly<Record<string, ObjectSchema>>
  readonly required?: readonly string[]
}

/** A method may put something of its own beside the messages, a cursor for one. */
function metadataOf(declared: ObjectSchema = {}): Json {
  return {
    type: 'object',
    additionalProperties: false,
    ...declared,
    properties: { ...declared.properties, ...METADATA },
  }
}

/** A refusal with this HTTP status. What else stands in it depends on the code, so it is left open. */
export function refusalSchemaOf(method: Method, status: number): Json {
  const causes = causesOf(method, status)
  const anyCode = status === 200 && isCodeChosen(method)
  return {
    title: 'A refusal',
    type: 'object',
    properties: {
      ok: { type: 'boolean', enum: [false] },
      error: {
        type: 'string',
        ...(anyCode ? { examples: [...causes.keys()] } : { enum: [...causes.keys()] }),
        'x-enumDescriptions': Object.fromEntries(causes),
      },
      ...detailsOf(causes),
      warning: WARNING,
      response_metadata: metadataOf(),
    },
    required: ['ok', 'error'],
  }
}

const SCOPES = { type: 'string', description: 'Scopes, with commas between them.' }

/** What stands beside a code. */
const DETAILS: Readonly<Record<string, Json>> = {
  missing_scope: { needed: SCOPES, provided: SCOPES },
  profile_set_failed: { field: { type: 'string', description: 'The key whose value was refused.' } },
  too_long: {
    field: { type: 'string', description: 'The key whose value was refused.' },
    limit: { type: 'integer', description: 'How many characters the value may have.' },
  },
}

function detailsOf(causes: ReadonlyMap<string, string>): Json {
  return Object.assign({}, ...[...causes.keys()].map((code) => DETAILS[code]))
}
