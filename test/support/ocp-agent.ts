import { gzipSync } from 'node:zlib'
import type { Sent } from './send.ts'

/** What the published agents of the Open Context Protocol make of a registry's entry or an OpenAPI document, and of a
 * call to one of its tools. They fill in nothing: what a description does not say is not sent. */
export interface OcpTool {
  readonly name: string
  readonly method: string
  readonly url: string
  readonly parameters: Readonly<Record<string, OcpParameter>>
}

interface OcpParameter {
  readonly location: string
  readonly required: boolean
  readonly type: string
}

// biome-ignore lint/suspicious/noExplicitAny: agents read whatever they are given
type Given = any

export function toolsOfEntry(entry: Given): readonly OcpTool[] {
  return entry.tools.map(({ name, method, path, parameters }: Given) => ({
    name,
    method,
    url: entry.base_url.replace(/\/$/, '') + path,
    parameters,
  }))
}

/** Only what stands in an operation itself counts; of a body, only the properties of an object in plain JSON. */
export function toolsOfOpenApi(document: Given): readonly OcpTool[] {
  const base = document.servers[0].url.replace(/\/$/, '')
  return Object.entries<Given>(document.paths).flatMap(([path, item]) =>
    Object.entries<Given>(item).map(([verb, operation]) => ({
      name: camelCase(operation.operationId),
      method: verb.toUpperCase(),
      url: base + path,
      parameters: { ...besideBody(operation), ...inBody(operation) },
    })),
  )
}

function camelCase(operationId: string): string {
  const [first = '', ...rest] = operationId
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[ /_.-]+/)
    .map((word) => word.toLowerCase())
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function besideBody({ parameters = [] }: Given): Record<string, OcpParameter> {
  return Object.fromEntries(
    parameters.map((one: Given) => [
      one.name,
      { location: one.in, required: one.required ?? false, type: one.schema.type ?? 'string' },
    ]),
  )
}

function inBody({ requestBody }: Given): Record<string, OcpParameter> {
  const schema = requestBody?.content['application/json']?.schema
  if (schema?.type !== 'object') return {}
  return Object.fromEntries(
    Object.entries<Given>(schema.properties).map(([name, one]) => [
      name,
      { location: 'body', required: schema.required?.includes(name) ?? false, type: one.type ?? 'string' },
    ]),
  )
}

export interface OcpCall {
  readonly as: 'javascript' | 'python'
  readonly parameters: Readonly<Record<string, unknown>>
  /** Beside those of the context: what the agent was registered with. */
  readonly headers?: Readonly<Record<string, string>>
  readonly context?: Readonly<Record<string, string>>
}

/** The request that a call becomes. It throws where the agent itself would refuse. */
export function toRequest(tool: OcpTool, { as, parameters, headers, context = aContext() }: OcpCall): [string, Sent] {
  for (const [name, { required, type }] of Object.entries(tool.parameters)) {
    if (required && !(name in parameters)) throw new Error(`${name} is missing`)
    if (type === 'boolean' && name in parameters && typeof parameters[name] !== 'boolean') {
      throw new Error(`${name} is no boolean`)
    }
  }
  const at = (location: string) =>
    Object.entries(parameters).filter(([name]) => tool.parameters[name]?.location === location)
  const query = at('query').map(([name, value]): [string, string] => [name, textOf(value, as)])
  const body = at('body')
  const json = body.length === 0 ? {} : { 'Content-Type': 'application/json' }
  return [
    query.length === 0 ? tool.url : `${tool.url}?${new URLSearchParams(query)}`,
    {
      method: tool.method,
      headers: { ...OWN_HEADERS[as], ...context, ...headers, ...(Object.fromEntries(at('header')) as object), ...json },
      ...(body.length === 0 ? {} : { body: encode(Object.fromEntries(body), as) }),
    },
  ]
}

const OWN_HEADERS = {
  javascript: { Accept: '*/*', 'Accept-Language': '*', 'Sec-Fetch-Mode': 'cors', 'User-Agent': 'node' },
  python: { Accept: '*/*', 'Accept-Encoding': 'gzip, deflate', 'User-Agent': 'python-requests/2.32.5' },
}

/** An object becomes what each language says of one; neither says JSON. */
function textOf(value: unknown, as: OcpCall['as']): string {
  const text = String(value)
  return as === 'python' && typeof value === 'boolean' ? text.charAt(0).toUpperCase() + text.slice(1) : text
}

/** Python writes everything beyond ASCII as escapes. */
function encode(body: object, as: OcpCall['as']): string {
  const text = JSON.stringify(body)
  if (as === 'javascript') return text
  return text.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The headers of an agent's context. Its session tells every earlier call, with the token that it was made with. */
export function aContext(history: readonly object[] = []): Record<string, string> {
  const session = JSON.stringify({ context_id: 'ocp-0a1b2c3d', agent_type: 'ide_copilot', history })
  return {
    'OCP-Context-ID': 'ocp-0a1b2c3d',
    'OCP-Agent-Type': 'ide_copilot',
    'OCP-Version': '1.0',
    'OCP-Current-Goal': 'tell everybody where I am',
    'OCP-User': 'ada',
    'OCP-Workspace': 'coffee',
    'OCP-Session':
      session.length > 1000 ? `gzip:${gzipSync(session).toString('base64')}` : Buffer.from(session).toString('base64'),
  }
}
