import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import type { Method } from '../web-api/method.ts'
import { makeResources, type Resource } from './resources.ts'
import type { Around, Outcome, Tool } from './tool.ts'
import { makeTools, runTool } from './tools.ts'

/** What agents are offered, whoever they are. Made once. */
export interface Offer {
  readonly tools: ReadonlyMap<string, Tool>
  readonly resources: ReadonlyMap<string, Resource>
  readonly version: string
}

export function makeOffer(methods: ReadonlyMap<string, Method>, version: string): Offer {
  return { tools: makeTools(methods), resources: makeResources(methods), version }
}

const INSTRUCTIONS = [
  'A directory of people: read and change profiles and statuses, with the rights of the token that you were given.',
  'Custom fields are set by their ids (Xf…): read nametag://team/profile-fields or call team_profile_get first.',
  'A refused call has changed nothing; its text says what to correct.',
].join(' ')

/** One conversation with one agent. `Server` takes schemas as they are; the class above it would want them in Zod. */
export function createMcpServer({ tools, resources, version }: Offer, around: Around): Server {
  const server = new Server(
    { name: 'nametag', title: 'Nametag', version },
    { capabilities: { tools: {}, resources: {} }, instructions: INSTRUCTIONS },
  )
  const toolList = [...tools.values()].map(({ run: _run, ...described }) => described)
  const resourceList = [...resources.values()].map(({ read: _read, ...described }) => described)

  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: toolList }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const tool = tools.get(params.name)
    if (tool === undefined) throw invalid(`There is no tool ${params.name.slice(0, 100)}.`)
    return toResult(await runTool(tool, params.arguments ?? {}, around))
  })

  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: resourceList }))
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }) => {
    const resource = resources.get(uri)
    if (resource === undefined) throw new McpError(RESOURCE_NOT_FOUND, `There is no resource ${uri.slice(0, 100)}.`)
    const read = await resource.read(around.api)
    if ('refusal' in read) throw new McpError(ErrorCode.InternalError, read.refusal)
    return { contents: [{ uri, mimeType: resource.mimeType, text: read.text }] }
  })
  return server
}

const RESOURCE_NOT_FOUND = -32_002

function invalid(sentence: string): McpError {
  return new McpError(ErrorCode.InvalidParams, sentence)
}

function toResult({ isError, text, data }: Outcome): CallToolResult {
  return {
    content: [{ type: 'text', text }],
    ...(data === undefined ? {} : { structuredContent: data }),
    ...(isError ? { isError } : {}),
  }
}
