import { ERRORS } from '../domain/errors.ts'
import type { Method } from '../web-api/method.ts'

/** A method's page as an agent reads it: plain Markdown, from the declaration alone. */
export function referenceText(method: Method): string {
  const { name, summary, docs, verb, tokens, scopes, anyScope } = method
  return [
    `# ${name}`,
    summary,
    docs,
    [
      `- Call: ${verb} /api/${name}`,
      `- Tokens: ${tokens.join(', ') || 'none needed'}`,
      `- Scopes: ${scopes.join(anyScope ? ' or ' : ', ') || 'none'}`,
    ].join('\n'),
    '## Arguments',
    argumentsOf(method),
    '## Errors of its own',
    method.errors.map((code) => `- ${code}: ${ERRORS[code]}`).join('\n') || 'None.',
    '## Examples',
    method.examples.map(exampleOf).join('\n\n'),
    '## Answer',
    'Beside `ok`, as JSON Schema:',
    JSON.stringify(method.response.json),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n')
}

function argumentsOf({ args }: Method): string {
  const lines = Object.entries(args).map(
    ([name, { required, doc, example }]) => `- ${name}${required ? ' (required)' : ''}: ${doc} Example: ${example}`,
  )
  return lines.join('\n') || 'None.'
}

function exampleOf({ title, args, answer }: Method['examples'][number]): string {
  return `${title}: ${JSON.stringify(args)} is answered with at least ${JSON.stringify(answer)}`
}
