import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'

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
    app = await loadApp(addRoutes)
    return app
  }

  async function answerLater(request: IncomingMessage, response: ServerResponse): Promise<void> {
    loading ??= load()
    try {
      const { routing } = await loading
      routing(request, response)
    } catch (err) {
      log.error({ err }, 'The page and what belongs to it cannot be served.')
      response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end('A fault of this server.\n')
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

async function loadApp(addRoutes: RestOptions['addRoutes']): Promise<FastifyInstance> {
  const { fastify } = await import('fastify')
  const app = fastify({
    schemaController: { compilersFactory: NO_SCHEMAS },
    frameworkErrors: (_error, _request, reply) => answerUnreadable(reply as FastifyReply),
  })
  addRoutes(app)
  await app.ready()
  return app
}

/** An address with a broken escape. */
function answerUnreadable(reply: FastifyReply): FastifyReply {
  return reply.code(400).type('text/plain; charset=utf-8').send('This address cannot be read.\n')
}

function refuseSchema(): never {
  throw new Error('Routes have no schemas: methods are declared in src/methods.')
}
