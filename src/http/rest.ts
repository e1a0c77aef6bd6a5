import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { OutcomeUnknown, StorageUnavailable } from '../storage/store.ts'
import { notFound } from './not-found.ts'

export interface RestOptions {
  readonly addRoutes: (app: FastifyInstance) => void
  readonly log: { error(fields: object, message: string): void }
}

/** Everything beside the Web API. */
export interface Rest {
  answer(request: IncomingMessage, response: ServerResponse): void
  /** Of what comes later nothing may be handed over. */
  close(): Promise<void>
}

/** No route here has a schema. Saying so keeps Fastify from loading its compilers, which are half of it. */
const NO_SCHEMAS = { buildValidator: refuseSchema, buildSerializer: refuseSchema }

/** Fastify takes a third of the time to start, and the Web API answers without it: the first request for something else
 * loads it. */
export function createRest({ addRoutes, log }: RestOptions): Rest {
  let loading: Promise<FastifyInstance> | undefined
  let app: FastifyInstance | undefined

  const load = async () => {
    app = await loadApp(addRoutes, log)
    return app
  }

  async function answerLater(request: IncomingMessage, response: ServerResponse): Promise<void> {
    loading ??= load()
    try {
      const { routing } = await loading
      routing(request, response)
    } catch (err) {
      log.error({ err }, FAULT)
      response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(TOLD_OF_FAULT)
    }
  }

  return {
    answer(request, response) {
      if (app === undefined) answerLater(request, response)
      else app.routing(request, response)
    },
    async close() {
      // Why it could not be loaded is told already.
      const loaded = await loading?.catch(() => undefined)
      await loaded?.close()
    },
  }
}

const FAULT = 'The page and what belongs to it cannot be served.'
const TOLD_OF_FAULT = 'A fault of this server.\n'

async function loadApp(addRoutes: RestOptions['addRoutes'], log: RestOptions['log']): Promise<FastifyInstance> {
  const { fastify } = await import('fastify')
  const app = fastify({
    schemaController: { compilersFactory: NO_SCHEMAS },
    frameworkErrors: (_error, _request, reply) => answerUnreadable(reply as FastifyReply),
  })
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, { request, reply, log }))
  app.setNotFoundHandler((_request, reply) => notFound(reply))
  addRoutes(app)
  await app.ready()
  return app
}

interface Failing {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly log: RestOptions['log']
}

/** Where nothing is, that is said whatever was sent there. What a fault is about is told to the log alone. */
function answerError(error: FastifyError, { request, reply, log }: Failing): FastifyReply {
  if (request.is404) return notFound(reply)
  if (error instanceof StorageUnavailable || error instanceof OutcomeUnknown) {
    return sendText(reply.header('retry-after', '1'), 503, 'Try again in a moment.\n')
  }
  const { statusCode = 500 } = error
  if (statusCode < 500) return sendText(reply, statusCode, 'This request cannot be read.\n')
  log.error({ err: error }, FAULT)
  return sendText(reply, 500, TOLD_OF_FAULT)
}

/** An address with a broken escape. */
function answerUnreadable(reply: FastifyReply): FastifyReply {
  return sendText(reply, 400, 'This address cannot be read.\n')
}

function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(text)
}

function refuseSchema(): never {
  throw new Error('Routes have no schemas: methods are declared in src/methods.')
}
