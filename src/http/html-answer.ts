import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PAGE_POLICY } from './page/page.ts'

const QUERY_VALUE_LENGTH_MAX = 200

/** Sends a page that nobody keeps, and that says nowhere where its reader came from. */
export function sendHtml(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', PAGE_POLICY)
    .send(html)
}

/** A value of the query; empty where it is not there, or several times. */
export function queryValueOf(request: FastifyRequest, name: string): string {
  const value = (request.query as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value.slice(0, QUERY_VALUE_LENGTH_MAX) : ''
}

/** Lets buttons be pressed whose form has no fields: what it needs stands in the address. */
export function takeEmptyForms(app: FastifyInstance): void {
  if (app.hasContentTypeParser(FORM)) return
  app.addContentTypeParser(FORM, (_request, payload, done) => {
    payload.resume()
    payload.on('end', () => done(null, {}))
    payload.on('error', done)
  })
}

const FORM = 'application/x-www-form-urlencoded'
