import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { makeOpenApi } from '../openapi/make-openapi.ts'
import {
  isFound,
  makeRegistryEntry,
  makeRegistrySummary,
  REGISTRY_NAME,
  type RegistryOptions,
} from '../openapi/registry.ts'
import type { Method } from '../web-api/method.ts'

export interface OpenApiRouteOptions {
  readonly methods: readonly Method[]
  readonly version: string
  /** Where people reach this server, without a slash at the end; absent: under the name that they call it by. */
  readonly publicUrl: string | undefined
  /** Where it listens, for callers that name no host. */
  readonly ownUrl: () => string
}

/** Addresses whose documents are kept at the same time: whoever calls chooses the name. */
const KEPT_MAX = 8
const QUERY_LENGTH_MAX = 200
const PER_PAGE_MAX = 100
/** A name or an address with a port, and nothing that could end an address and begin something else. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

type Kind = 'openapi' | 'entry' | 'list'

const MAKERS: Readonly<Record<Kind, (options: RegistryOptions) => unknown>> = {
  openapi: makeOpenApi,
  entry: makeRegistryEntry,
  list: (options) => [makeRegistrySummary(options)],
}

/** The OpenAPI document, and the Open Context Protocol's registry with this server as its one entry. Some agents keep the
 * path of the registry's address, some go to the root of its host: it stands at both. */
export function addOpenApiRoutes(app: FastifyInstance, options: OpenApiRouteOptions): void {
  const kept = new Map<string, string>()
  const answer = (kind: Kind) => async (request: FastifyRequest, reply: FastifyReply) =>
    sendJson(
      reply,
      keep(kept, `${kind} ${urlOf(request, options)}`, () => make(kind, request, options)),
    )

  app.get('/openapi.json', answer('openapi'))
  for (const base of ['', '/api/v1']) {
    app.get(`${base}/registry`, answer('list'))
    app.get(`${base}/registry/${REGISTRY_NAME}`, answer('entry'))
    app.get(`${base}/registry/*`, async (_request, reply) => sendJson(reply.code(404), NO_ENTRY))
    app.get(`${base}/search`, async (request, reply) =>
      sendJson(reply, JSON.stringify(search(request, describe(request, options)))),
    )
  }
}

const NO_ENTRY = JSON.stringify({ detail: `This registry knows one API, and calls it ${REGISTRY_NAME}.` })

function make(kind: Kind, request: FastifyRequest, options: OpenApiRouteOptions): string {
  return JSON.stringify(MAKERS[kind](describe(request, options)))
}

function describe(request: FastifyRequest, options: OpenApiRouteOptions): RegistryOptions {
  const url = urlOf(request, options)
  const { methods, version } = options
  return { methods, version, serverUrl: `${url}/api`, openApiUrl: `${url}/openapi.json` }
}

/** Where the caller reaches this server: a document with another address in it could not be followed. */
function urlOf(request: FastifyRequest, { publicUrl, ownUrl }: OpenApiRouteOptions): string {
  if (publicUrl !== undefined) return publicUrl
  const host = request.headers.host ?? ''
  const url = `http://${host.toLowerCase()}`
  return HOST.test(host) && URL.canParse(url) ? url : ownUrl()
}

/** What was made last stays; the oldest goes. */
function keep(kept: Map<string, string>, key: string, produce: () => string): string {
  const known = kept.get(key)
  if (known !== undefined) return known
  const oldest = kept.keys().next()
  if (kept.size >= KEPT_MAX && !oldest.done) kept.delete(oldest.value)
  const made = produce()
  kept.set(key, made)
  return made
}

/** One API is either found or not, so there is one page at most. */
function search(request: FastifyRequest, options: RegistryOptions): object {
  const { q, per_page } = request.query as Readonly<Record<string, unknown>>
  const query = typeof q === 'string' ? q.trim() : ''
  const results = query.length <= QUERY_LENGTH_MAX && isFound(query, options) ? [makeRegistrySummary(options)] : []
  return { results, total: results.length, page: 1, per_page: pageSizeOf(per_page) }
}

function pageSizeOf(raw: unknown): number {
  const size = typeof raw === 'string' && /^\d{1,6}$/.test(raw) ? Number(raw) : PER_PAGE_MAX
  return Math.min(Math.max(size, 1), PER_PAGE_MAX)
}

function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('access-control-allow-origin', '*')
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-cache')
    .send(json)
}
