import type { Arg } from '../web-api/arguments.ts'
import type { Method } from '../web-api/method.ts'
import type { Api } from './api.ts'

export type Json = Readonly<Record<string, unknown>>

/** Something an agent can do. */
export interface Tool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: ObjectSchema
  /** Where it promises more than what the method of the Web API answers. */
  readonly outputSchema?: ObjectSchema
  readonly annotations: Annotations
  /** `args` has only names that `inputSchema` knows. */
  run(args: Json, around: Around): Promise<Outcome>
}

/** What a tool may use. */
export interface Around {
  readonly api: Api
  /** Unix milliseconds, of the server where it is in this process. */
  now(): number
}

export interface Outcome {
  readonly isError: boolean
  /** What the agent reads. */
  readonly text: string
  readonly data?: Json
}

export interface ObjectSchema extends Json {
  readonly type: 'object'
  readonly properties: Record<string, Json>
  readonly required?: string[]
  readonly additionalProperties?: boolean
}

/** What a client may tell its user before it lets the agent go on. */
export interface Annotations {
  readonly readOnlyHint: boolean
  /** Something that was there before is gone afterwards. */
  readonly destructiveHint: boolean
  /** The same call again changes nothing more. */
  readonly idempotentHint: boolean
  /** False: a tool reaches one team's directory and nothing beyond. */
  readonly openWorldHint: false
}

/** The arguments of a method as JSON Schema. Objects are sent as objects: text with JSON inside is for forms. */
export function inputSchemaOf(args: Method['args']): ObjectSchema {
  const all = Object.entries(args)
  const required = all.filter(([, argument]) => argument.required).map(([name]) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(all.map(([name, argument]) => [name, propertyOf(argument)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  }
}

export function propertyOf({ doc, example, json }: Arg): Json {
  const objectForm = Array.isArray(json.anyOf) ? json.anyOf.find((form: Json) => form.type === 'object') : undefined
  return { ...(objectForm ?? json), description: `${doc} Example: ${example}` }
}
