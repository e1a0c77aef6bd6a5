import type { FastifyReply } from 'fastify'

export function notFound(reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .type('text/plain; charset=utf-8')
    .send('Nothing is here. The API is at /api/, the page at /.\n')
}
