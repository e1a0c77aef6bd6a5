import type { FastifyInstance } from 'fastify'

export interface HealthOptions {
  /** What keeps this server from serving; empty where nothing does. */
  readonly findMissing: () => Promise<readonly string[]>
  readonly readMetrics: () => Promise<{ readonly contentType: string; readonly text: string }>
}

/** What a supervisor, a load balancer and a monitor ask for. */
export function addHealth(app: FastifyInstance, { findMissing, readMetrics }: HealthOptions): void {
  app.get('/healthz', async (_request, reply) => reply.send({ ok: true }))

  app.get('/readyz', async (_request, reply) => {
    const missing = await findMissing()
    reply.header('cache-control', 'no-store')
    return missing.length === 0 ? reply.send({ ok: true }) : reply.code(503).send({ ok: false, not_ready: missing })
  })

  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await readMetrics()
    return reply.header('cache-control', 'no-store').type(contentType).send(text)
  })
}
