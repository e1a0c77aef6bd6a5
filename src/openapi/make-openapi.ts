import type { Method } from '../web-api/method.ts'
import type { Json } from './json.ts'
import { makeOperation, tagOf } from './operation.ts'

export interface OpenApiOptions {
  readonly methods: readonly Method[]
  /** Absolute and without a slash at the end: `http://127.0.0.1:4390/api`. */
  readonly serverUrl: string
  readonly version: string
}

/** An OpenAPI 3.1 document, made from the declarations alone. Parameters, bodies and answers stand in it in full, and the
 * server's address is absolute: agents of the Open Context Protocol follow no reference and join no addresses. */
export function makeOpenApi({ methods, serverUrl, version }: OpenApiOptions): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Nametag',
      summary: "Slack's people-profile API",
      description: ABOUT,
      version,
      license: { name: 'MIT', identifier: 'MIT' },
      // Context headers are read and lend nothing to an answer (docs/decisions/0037).
      'x-ocp-enabled': true,
      'x-ocp-context-aware': false,
      'x-ocp-version': '1.0',
    },
    servers: [{ url: serverUrl }],
    tags: makeTags(methods),
    paths: Object.fromEntries(
      methods.map((method) => [`/${method.name}`, { [method.verb.toLowerCase()]: makeOperation(method) }]),
    ),
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: BEARER } } },
  }
}

function makeTags(methods: readonly Method[]): readonly Json[] {
  return [...Map.groupBy(methods, tagOf)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, members]) => ({ name, description: members.map((method) => method.name).join(', ') }))
}

const ABOUT = [
  'Nametag answers these methods as Slack does. An answer is JSON with `ok`; a refusal has `ok: false`, a code in `error`',
  'and, mostly, sentences in `response_metadata.messages`. Its status is 200, too, but for the three codes that stand',
  'under 408, 429 and 503. Arguments that a method does not know are ignored.',
].join('\n')

const BEARER = [
  "A token: `xoxp-` acts as a user, `xoxb-` as an app's bot user, `xapp-` as an app. `xoxa-` acts as the member whom the",
  'header `X-Slack-User` names.',
].join('\n')
