import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { createMcpServer, type Offer } from './server.ts'
import type { Around } from './tool.ts'

export { apiFor } from './api.ts'
export { tellRefusal } from './outcome.ts'
export { makeOffer } from './server.ts'

/** One message of an agent, as HTTP brought it. */
export interface McpRequest {
  /** JSON, already read. */
  readonly message: unknown
  /** Those that the protocol gives a meaning. */
  readonly headers: Readonly<Record<string, string>>
}

export interface McpResponse {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: string
}

/** Every request stands for itself: nothing is kept between two, so any of several servers may answer the next one. */
export async function answerMcp(offer: Offer, around: Around, { message, headers }: McpRequest): Promise<McpResponse> {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  const server = createMcpServer(offer, around)
  await server.connect(transport)
  try {
    const request = new Request('http://nametag/mcp', { method: 'POST', headers: { ...headers } })
    const response = await transport.handleRequest(request, { parsedBody: message })
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? undefined,
      body: await response.text(),
    }
  } finally {
    await server.close()
  }
}
