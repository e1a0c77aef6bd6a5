import type { Method } from '../web-api/method.ts'
import { outcomeOf } from './outcome.ts'
import { inputSchemaOf, type Tool } from './tool.ts'

/** A method of the Web API as a tool. */
export function toolOf(method: Method): Tool {
  const isReading = method.verb === 'GET'
  return {
    name: toolNameOf(method.name),
    title: method.name,
    description: [method.summary, method.docs, needsOf(method)].filter(Boolean).join('\n'),
    inputSchema: inputSchemaOf(method.args),
    annotations: {
      readOnlyHint: isReading,
      destructiveHint: !isReading,
      idempotentHint: isReading || method.idempotent === true,
      openWorldHint: false,
    },
    run: async (args, { api }) => outcomeOf(await api(method.name, args)),
  }
}

/** `users_profile_set`: some clients take no dots in the name of a tool. */
export function toolNameOf(name: string): string {
  return name.replaceAll('.', '_')
}

function needsOf({ tokens, scopes, anyScope }: Method): string {
  const named = scopes.length === 0 ? '' : ` with the scope ${scopes.join(anyScope ? ' or ' : ' and ')}`
  return `Needs a ${tokens.join(' or ')} token${named}.`
}
