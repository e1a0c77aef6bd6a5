import type { Arg } from '../web-api/arguments.ts'
import type { Example, Method } from '../web-api/method.ts'
import type { Json } from './json.ts'

/** The token as a header of its own, for clients that cannot send a bearer token, and the arguments of a GET. */
export function makeParameters({ verb, tokens, args }: Method): readonly Json[] {
  const token = tokens.length === 0 ? [] : [TOKEN]
  return verb === 'GET' ? [...token, ...Object.entries(args).map(toQueryParameter)] : token
}

/** The token may come as a bearer token instead, so it is never required here. */
const TOKEN = {
  name: 'token',
  in: 'header',
  required: false,
  description: 'The token, for clients that do not send `Authorization: Bearer …`.',
  schema: { type: 'string' },
}

function toQueryParameter([name, argument]: readonly [string, Arg]): Json {
  return {
    name,
    in: 'query',
    required: argument.required,
    description: argument.doc,
    schema: textSchemaOf(argument),
    example: takesJson(argument) ? argument.example : exampleOf(argument),
  }
}

/** The arguments of a POST as JSON or as a form. Absent where there are none. */
export function makeRequestBody({ verb, args, examples }: Method): Json | undefined {
  const all = Object.entries(args)
  if (verb === 'GET' || all.length === 0) return undefined
  const required = all.filter(([, argument]) => argument.required).map(([name]) => name)
  // Other arguments are ignored everywhere; where an example sends one, the method has a use for them.
  const isOpen = (example: Example) => Object.keys(example.args).some((name) => !(name in args))
  const bodyOf = (toSchema: (argument: Arg) => Json) => ({
    type: 'object',
    properties: Object.fromEntries(
      all.map(([name, argument]) => [name, { ...toSchema(argument), description: argument.doc }]),
    ),
    ...(required.length === 0 ? {} : { required }),
    ...(examples.some(isOpen) ? { additionalProperties: true } : {}),
  })
  return {
    required: required.length > 0,
    content: {
      'application/json': { schema: bodyOf(jsonSchemaOf), examples: toExamples(examples) },
      'application/x-www-form-urlencoded': { schema: bodyOf(formSchemaOf) },
    },
  }
}

function jsonSchemaOf(argument: Arg): Json {
  return { ...argument.json, examples: [exampleOf(argument)] }
}

function formSchemaOf(argument: Arg): Json {
  return { ...textSchemaOf(argument), examples: [takesJson(argument) ? argument.example : exampleOf(argument)] }
}

/** In a query and in a form, JSON is text. */
function textSchemaOf(argument: Arg): Json {
  return takesJson(argument) ? { type: 'string', contentMediaType: 'application/json' } : argument.json
}

function takesJson({ json }: Arg): boolean {
  return Array.isArray(json.anyOf) && json.anyOf.some((form: Json) => form.type === 'object')
}

/** Declarations write every example as text. */
function exampleOf({ json, example }: Arg): unknown {
  return json.type === 'string' ? example : JSON.parse(example)
}

function toExamples(examples: readonly Example[]): Json {
  return Object.fromEntries(examples.map(({ title, args }) => [keyOf(title), { summary: title, value: args }]))
}

/** A name as OpenAPI wants it: `A status that expires` is `a-status-that-expires`. */
export function keyOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}
