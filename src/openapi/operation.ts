import { type Limit, TIER_PER_MINUTE } from '../web-api/limits.ts'
import type { Method } from '../web-api/method.ts'
import type { Json } from './json.ts'
import { makeParameters, makeRequestBody } from './request.ts'
import { makeResponses } from './responses.ts'

/** One method under the verb that its declaration recommends. The other verb gets no operation of its own: agents would
 * be offered every tool twice. */
export function makeOperation(method: Method): Json {
  const body = makeRequestBody(method)
  return {
    operationId: operationIdOf(method),
    summary: method.summary,
    description: method.docs === undefined ? method.summary : `${method.summary}\n\n${method.docs}`,
    tags: [tagOf(method)],
    security: securityOf(method),
    parameters: makeParameters(method),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: makeResponses(method),
    'x-token-kinds': method.tokens,
    'x-scopes': method.scopes,
    'x-rate-limits': method.rate.map((limit) => toRateLimit(limit, method)),
    'x-ocp-context': { enhances_with: [], updates_context: [], requires_context: false },
  }
}

/** `users_profile_set`, as Slack's own description calls it. */
export function operationIdOf({ name }: Method): string {
  return name.replaceAll('.', '_')
}

/** What the method is about: `users.profile` of `users.profile.set`. */
export function tagOf({ name }: Method): string {
  return name.slice(0, name.lastIndexOf('.'))
}

/** With `anyScope`, each scope alone is enough. */
function securityOf({ tokens, scopes, anyScope }: Method): readonly Json[] {
  if (tokens.length === 0) return []
  return anyScope ? scopes.map((scope) => ({ bearer: [scope] })) : [{ bearer: scopes }]
}

function toRateLimit(limit: Limit, { tokens }: Method): Json {
  switch (limit.kind) {
    case 'tier':
      return {
        tier: limit.tier,
        callsPerMinute: TIER_PER_MINUTE[limit.tier],
        per: tokens.length === 0 ? ['address'] : ['team', 'app'],
      }
    case 'target':
      return { callsPerMinute: limit.perMinute, per: ['token', 'user'] }
    case 'distinct-targets':
      return { usersPerMinute: limit.perMinute, per: ['token'] }
    case 'token':
      return { callsPerMinute: limit.perMinute, per: ['token'], while: limit.whileArg }
    default:
      return limit satisfies never
  }
}
