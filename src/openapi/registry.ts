import type { Method } from '../web-api/method.ts'
import { successSchemaOf } from './answer-schema.ts'
import type { Json } from './json.ts'
import type { OpenApiOptions } from './make-openapi.ts'
import { makeOperation, operationIdOf, tagOf } from './operation.ts'

/** The one name that this registry knows: agents written for Slack ask for it. */
export const REGISTRY_NAME = 'slack'

/** What the Open Context Protocol's registry tells of an API: enough for an agent to call it without its OpenAPI
 * document. */
export function makeRegistryEntry(options: RegistryOptions): Json {
  return { ...makeRegistrySummary(options), tools: options.methods.map(makeTool) }
}

export interface RegistryOptions extends OpenApiOptions {
  /** Where the OpenAPI document is, absolute. */
  readonly openApiUrl: string
}

/** The entry without its tools, as it stands in lists. */
export function makeRegistrySummary({ methods, serverUrl, openApiUrl, version }: RegistryOptions): Json {
  return {
    name: REGISTRY_NAME,
    display_name: 'Slack (Nametag)',
    description: "Slack's people-profile API, answered by Nametag: profiles, statuses and custom fields.",
    version,
    base_url: serverUrl,
    openapi_url: openApiUrl,
    auth_config: {
      type: 'bearer',
      header_name: 'Authorization',
      instructions: 'Send Authorization: Bearer TOKEN, or the token alone in a header named token.',
    },
    category: 'communication',
    status: 'active',
    tool_count: methods.length,
  }
}

/** Whether the words of a search mean this API: each is a part of its name, its description or one of its tools. */
export function isFound(query: string, options: RegistryOptions): boolean {
  const { name, display_name, description } = makeRegistrySummary(options)
  const text = [name, display_name, description, ...options.methods.flatMap((one) => [one.name, toolNameOf(one)])]
    .join(' ')
    .toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

function makeTool(method: Method): Json {
  return {
    name: toolNameOf(method),
    description: method.summary,
    method: method.verb,
    path: `/${method.name}`,
    parameters: makeToolParameters(method),
    response_schema: successSchemaOf(method),
    operation_id: operationIdOf(method),
    tags: [tagOf(method)],
  }
}

/** As agents make it from an operation's id: `users_profile_set` is `usersProfileSet`. */
export function toolNameOf(method: Method): string {
  const [first = '', ...rest] = operationIdOf(method)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
  return [first, ...rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('')
}

interface Described extends Json {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly description: string
  readonly schema: Json
}

/** Arguments of a POST travel in one JSON object. Its form twin is of no use: agents drop what a form would carry. */
function makeToolParameters(method: Method): Json {
  const { parameters } = makeOperation(method) as { parameters: readonly Described[] }
  const beside = parameters.map(({ name, in: location, required, description, schema }) => [
    name,
    { description: name === 'token' ? tokenText(method) : description, required, location, ...typeOf(schema) },
  ])
  const inBody = Object.entries(method.verb === 'POST' ? method.args : {}).map(([name, { doc, required, json }]) => [
    name,
    { description: doc, required, location: 'body', ...typeOf(json) },
  ])
  return Object.fromEntries([...beside, ...inBody])
}

function tokenText({ scopes, anyScope }: Method): string {
  if (scopes.length === 0) return 'Authentication token.'
  const needed = scopes.map((scope) => `\`${scope}\``).join(anyScope ? ' or ' : ', ')
  return `Authentication token. Requires scope: ${needed}`
}

/** Agents know one type for each parameter; one that takes JSON takes it as text, too. */
function typeOf(schema: Json): Json {
  const type = typeof schema.type === 'string' ? schema.type : 'string'
  return Array.isArray(schema.enum) ? { type, enum: schema.enum } : { type }
}
