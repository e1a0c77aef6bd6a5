import type { Method } from '../web-api/method.ts'
import { refusalSchemaOf, successSchemaOf } from './answer-schema.ts'
import type { Json } from './json.ts'
import { keyOf } from './request.ts'

/** Everything a method answers, by HTTP status (docs/decisions/0031). */
export function makeResponses(method: Method): Json {
  return {
    '200': {
      description: 'A success, or a refusal: `ok` tells.',
      headers: {
        'X-Slack-Req-Id': header('Names the call, for whoever looks for it in a log.'),
        'X-Slack-Failure': header('Repeats the code of a refusal.'),
        'X-OAuth-Scopes': header('What the token may do, with commas between the scopes.'),
        'X-Accepted-OAuth-Scopes': header('What the method asks for.'),
      },
      content: {
        'application/json': {
          schema: { oneOf: [successSchemaOf(method), refusalSchemaOf(method, 200)] },
          examples: refusalExamples(method),
        },
      },
      'x-ocp-context-updated': false,
    },
    '408': refusal(method, 408, 'The call did not arrive in time, or was cut short.', {}),
    '429': refusal(method, 429, 'Too many calls: nothing was done.', RETRY_AFTER),
    '503': refusal(method, 503, 'The server or the team cannot answer just now: nothing was done.', RETRY_AFTER),
  }
}

const RETRY_AFTER = {
  'Retry-After': {
    description: 'Whole seconds until the same call may pass.',
    required: true,
    schema: { type: 'integer', minimum: 1 },
  },
}

function header(description: string): Json {
  return { description, schema: { type: 'string' } }
}

function refusal(method: Method, status: number, description: string, headers: Json): Json {
  const schema = refusalSchemaOf(method, status)
  return {
    description,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    content: { 'application/json': { schema } },
  }
}

/** Declared examples name only some keys of a success, and all that matter of a refusal. */
function refusalExamples({ examples }: Method): Json {
  return Object.fromEntries(
    examples
      .filter(({ answer }) => answer.ok === false)
      .map(({ title, answer }) => [keyOf(title), { summary: title, value: answer }]),
  )
}
