import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Answer, Call } from '../web-api/call.ts'
import type { Method } from '../web-api/method.ts'
import { isBroken, parseJson } from '../web-api/parse-json.ts'
import { hasToken, isBeginning, isOwnOrigin, judgeToken } from './mcp-guard.ts'

export interface McpRouteOptions {
  readonly methods: ReadonlyMap<string, Method>
  readonly version: string
  /** Every tool calls the Web API through this, with the caller's own token. */
  readonly answerCall: (call: Call) => Promise<Answer>
  readonly clock: { now(): number }
  /** Without a slash at the end. */
  readonly publicUrl: () => string
  readonly log: { error(fields: object, message: string): void }
}

/** One message; a batch of them is no longer part of the protocol, and is refused. */
const MESSAGE_BYTES_MAX = 1024 * 1024
/** Those that the protocol gives a meaning. */
const PROTOCOL_HEADERS = ['accept', 'content-type', 'mcp-protocol-version'] as const

/** JSON-RPC's own codes, and the protocol's for what HTTP says as well. */
const PARSE_ERROR = -32_700
const INVALID_REQUEST = -32_600
const INTERNAL_ERROR = -32_603
const REFUSED = -32_000

/** The tools of src/mcp over HTTP: one POST, one answer, nothing kept in between. */
export function addMcpRoutes(app: FastifyInstance, options: McpRouteOptions): void {
  const offer = createOffer(options)
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MESSAGE_BYTES_MAX }, (_request, body, done) =>
      done(null, body),
    )
    scope.setErrorHandler((error: Error & { readonly statusCode?: number }, _request, reply) => {
      const status = error.statusCode ?? 500
      if (status >= 500) options.log.error({ err: error }, 'A message of an agent failed.')
      return status >= 500
        ? sendError(reply, 500, INTERNAL_ERROR, 'A fault of this server.')
        : sendError(reply, status, INVALID_REQUEST, toldOf(status))
    })
    scope.post('/mcp', (request, reply) => answer(request, reply, options, offer))
    // Nothing is ever sent unasked, so there is no stream to open and no session to end.
    scope.route({
      method: ['GET', 'DELETE'],
      url: '/mcp',
      handler: async (_request, reply) =>
        sendError(reply.header('allow', 'POST'), 405, REFUSED, 'Send each message by POST.'),
    })
  })
}

/** The protocol's library costs more than the whole start of the server: it is loaded with the first message. */
function createOffer({ methods, version }: McpRouteOptions) {
  const load = async () => {
    const { makeOffer, ...library } = await import('../mcp/over-http.ts')
    return { ...library, offer: makeOffer(methods, version) }
  }
  let loaded: ReturnType<typeof load> | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { answerCall, clock, publicUrl }: McpRouteOptions,
  load: ReturnType<typeof createOffer>,
): Promise<FastifyReply> {
  const { headers } = request
  if (!isOwnOrigin(headers.origin, publicUrl())) {
    return sendError(reply, 403, REFUSED, 'Pages of other sites may not call this server.')
  }
  if (!hasToken(headers)) return askForToken(reply)

  const message = typeof request.body === 'string' ? parseJson(request.body) : undefined
  if (message === undefined || isBroken(message)) {
    return sendError(reply, 400, PARSE_ERROR, 'The body is not JSON, or is nested too deeply.')
  }
  if (Array.isArray(message)) return sendError(reply, 400, INVALID_REQUEST, 'Send one message with each request.')

  const { answerMcp, apiFor, tellRefusal, offer } = await load()
  const api = apiFor(answerCall, { headers, ip: request.socket.remoteAddress ?? '' })
  const refused = isBeginning(message) ? await judgeToken(api) : undefined
  if (refused !== undefined) return askForToken(reply, tellRefusal(refused))

  const around = { api, now: () => clock.now() }
  const { status, contentType, body } = await answerMcp(offer, around, { message, headers: protocolHeaders(headers) })
  if (contentType !== undefined) reply.header('content-type', contentType)
  return withoutStore(reply).code(status).send(body)
}

const HINT = 'Give the client a token of this server as a header: Authorization: Bearer xoxp-…'

/** 401 as RFC 6750 wants it, which is what clients look for. */
function askForToken(reply: FastifyReply, refused?: string): FastifyReply {
  const error = refused === undefined ? '' : ', error="invalid_token"'
  reply.header('www-authenticate', `Bearer realm="nametag"${error}`)
  return sendError(reply, 401, REFUSED, refused === undefined ? `No token was sent. ${HINT}` : `${refused}\n${HINT}`)
}

function protocolHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = PROTOCOL_HEADERS.flatMap((name) => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  return Object.fromEntries(entries)
}

function toldOf(status: number): string {
  return status === 413 ? `A message has at most ${MESSAGE_BYTES_MAX} bytes.` : 'This request cannot be read.'
}

function sendError(reply: FastifyReply, status: number, code: number, message: string): FastifyReply {
  return withoutStore(reply)
    .code(status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }))
}

/** What one caller may see is for nobody else. */
function withoutStore(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
}
