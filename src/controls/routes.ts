import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isBroken, parseJson } from '../web-api/parse-json.ts'
import { ControlRefusal, isControlRefusal } from './control-refusal.ts'
import type { Controls } from './controls.ts'
import { judgeRequest } from './guard.ts'

export interface ControlRoutesOptions {
  /** What the server listens on. */
  readonly host: string
  readonly log: { error(fields: object, message: string): void }
}

const BODY_BYTES_MAX = 64 * 1024
/** A state is all that is stored. */
const STATE_BYTES_MAX = 256 * 1024 * 1024

interface Route {
  readonly verb: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly run: (controls: Controls, request: FastifyRequest) => Promise<object | ControlRefusal>
  readonly bytesMax?: number
}

const ROUTES: readonly Route[] = [
  { verb: 'POST', path: '/clock', run: (controls, { body }) => controls.moveClock(body) },
  { verb: 'GET', path: '/faults', run: (controls) => controls.listFaults() },
  { verb: 'POST', path: '/faults', run: (controls, { body }) => controls.addFault(body) },
  { verb: 'DELETE', path: '/faults', run: (controls) => controls.clearFaults() },
  { verb: 'POST', path: '/reset', run: (controls, { body }) => controls.reset(body) },
  { verb: 'GET', path: '/state', run: (controls) => controls.takeState() },
  {
    verb: 'POST',
    path: '/state',
    run: (controls, { body }) => controls.restoreState(body),
    bytesMax: STATE_BYTES_MAX,
  },
  { verb: 'GET', path: '/calls', run: (controls, { query }) => controls.listCalls(query) },
  { verb: 'GET', path: '/events', run: (controls, { query }) => controls.listEvents(query) },
  { verb: 'GET', path: '/deliveries', run: (controls, { query }) => controls.listDeliveries(query) },
  { verb: 'POST', path: '/deliveries/:id/redeliver', run: (controls, { params }) => controls.redeliver(idOf(params)) },
  { verb: 'GET', path: '/mail', run: (controls, { query }) => controls.listMail(query) },
  { verb: 'GET', path: '/messages', run: (controls, { query }) => controls.listMessages(query) },
]

/** Serves `/_nametag/…`. Nothing is answered to pages of other sites: there are no CORS headers, and requests that a
 * browser sends without asking are refused. */
export function addControls(app: FastifyInstance, controls: Controls, options: ControlRoutesOptions): void {
  app.register(
    async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
        const body = parseJson(String(text) || '{}')
        if (isBroken(body)) done(INVALID_JSON, undefined)
        else done(null, body)
      })
      scope.addHook('onRequest', async (request, reply) => {
        const refusal = judgeRequest(request.method, request.headers, options.host)
        return refusal && sendRefusal(reply, refusal)
      })
      for (const { verb, path, run, bytesMax = BODY_BYTES_MAX } of ROUTES) {
        scope.route({
          method: verb,
          url: path,
          bodyLimit: bytesMax,
          handler: async (request, reply) => answer(reply, await run(controls, request)),
        })
      }
      scope.setNotFoundHandler((request, reply) => sendRefusal(reply, unknownControl(request)))
      scope.setErrorHandler((error: FastifyError, _request, reply) => sendRefusal(reply, refusalOf(error, options)))
    },
    { prefix: PREFIX },
  )
}

const PREFIX = '/_nametag'
const INVALID_JSON = Object.assign(new Error('invalid JSON'), { statusCode: 400, code: 'INVALID_JSON' })

function idOf(params: unknown): string {
  return (params as { readonly id: string }).id
}

function answer(reply: FastifyReply, outcome: object | ControlRefusal): FastifyReply {
  return isControlRefusal(outcome) ? sendRefusal(reply, outcome) : sendJson(reply, outcome)
}

function sendRefusal(reply: FastifyReply, { status, code, message }: ControlRefusal): FastifyReply {
  return sendJson(reply.code(status), { error: code, message })
}

function sendJson(reply: FastifyReply, body: object): FastifyReply {
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .header('cross-origin-resource-policy', 'same-origin')
    .send(JSON.stringify(body))
}

function unknownControl({ method, url }: FastifyRequest): ControlRefusal {
  const path = url.split('?', 1)[0]
  const verbs = ROUTES.filter((route) => `${PREFIX}${route.path}` === path).map(({ verb }) => verb)
  if (verbs.length > 0) return new ControlRefusal(405, 'wrong_verb', `send ${verbs.join(' or ')}, not ${method}`)
  const known = ROUTES.map(({ verb, path: name }) => `${verb} ${name.slice(1)}`).join(', ')
  return new ControlRefusal(404, 'unknown_control', `there are: ${known}`)
}

function refusalOf(error: FastifyError, { log }: ControlRoutesOptions): ControlRefusal {
  if (error.code === INVALID_JSON.code)
    return new ControlRefusal(400, 'invalid_json', 'the body is not JSON, or is nested too deeply')
  if (error.statusCode === 413) return new ControlRefusal(413, 'too_large', 'the body is too large')
  if (error.statusCode !== undefined && error.statusCode < 500)
    return new ControlRefusal(error.statusCode, 'unreadable', error.message)
  log.error({ err: error }, 'A control failed.')
  return new ControlRefusal(500, 'internal_error', 'a fault of this server; its log says more')
}
