import { ERRORS, type ErrorCode } from '../../src/domain/errors.ts'
import type { TokenKind } from '../../src/domain/grant.ts'
import { type Limit, TIER_PER_MINUTE } from '../../src/web-api/limits.ts'
import type { Example, Method } from '../../src/web-api/method.ts'
import { ONLY_BY_FAULT, PIPELINE_ERRORS } from '../../src/web-api/pipeline-errors.ts'
import { curlLine } from './curl-line.ts'
import { table } from './table.ts'

const MADE = '<!-- Made by `npm run reference` from src/methods and src/domain/errors.ts; not to be edited. -->'

/** Every page of docs/reference, by its path in that folder. */
export function renderReference(methods: readonly Method[]): ReadonlyMap<string, string> {
  const pages = new Map<string, string>()
  for (const method of methods) pages.set(pathOf(method), renderMethod(method))
  pages.set('errors.md', renderErrors(methods))
  pages.set('README.md', renderIndex(methods))
  return pages
}

function pathOf({ name }: Method): string {
  return `methods/${name}.md`
}

function renderMethod(method: Method): string {
  return page([
    `# ${method.name}`,
    method.summary,
    ...(method.docs === undefined ? [] : [method.docs]),
    table(
      ['', ''],
      [
        ['Call', callOf(method)],
        ['Tokens', tokensOf(method)],
        ['Scopes', method.scopes.length === 0 ? 'none' : method.scopes.map(code).join(method.anyScope ? ' or ' : ', ')],
        ['Limits', limitsOf(method)],
      ],
    ),
    '## Arguments',
    argumentTable(method),
    '## Errors',
    ...errorSection(method),
    '## Examples',
    ...method.examples.map((example) => renderExample(method, example)),
    '## Answer',
    'Beside `ok` and, where there is something to tell, `warning` and `response_metadata`, as JSON Schema:',
    `<details><summary>Schema</summary>\n\n${fenced('json', JSON.stringify(method.response.json, null, 2))}\n\n</details>`,
  ])
}

function callOf({ name, verb }: Method): string {
  return `${code(`${verb} /api/${name}`)}; ${verb === 'GET' ? 'POST' : 'GET'} is taken too`
}

const PREFIXES: Readonly<Record<TokenKind, string>> = {
  user: '`xoxp-`',
  bot: '`xoxb-`',
  app: '`xapp-`',
  workspace: '`xoxa-`',
}

function tokensOf({ tokens }: Method): string {
  return tokens.length === 0 ? 'none needed' : tokens.map((kind) => `${kind} (${PREFIXES[kind]})`).join(', ')
}

function limitsOf(method: Method): string {
  const perWhat = method.tokens.length === 0 ? 'address' : 'team and app'
  return method.rate.map((limit) => sentenceOf(limit, perWhat)).join('<br>')
}

function sentenceOf(limit: Limit, perWhat: string): string {
  switch (limit.kind) {
    case 'tier':
      return `Tier ${limit.tier}: ${TIER_PER_MINUTE[limit.tier]} calls a minute per ${perWhat}.`
    case 'target':
      return `${limit.perMinute} calls a minute by one token for one user.`
    case 'distinct-targets':
      return `${limit.perMinute} different users a minute by one token.`
    case 'token':
      return `${limit.perMinute} calls a minute by one token with ${code(limit.whileArg)}.`
    default:
      return limit satisfies never
  }
}

function argumentTable({ args }: Method): string {
  const rows = Object.entries(args).map(([name, argument]) => [
    code(name),
    typeOf(argument.json),
    argument.required ? 'yes' : 'no',
    argument.doc,
    code(argument.example),
  ])
  return rows.length === 0 ? 'None.' : table(['Name', 'Type', 'Needed', 'What it is', 'Example'], rows)
}

/** A JSON Schema in a few words: `string`, `object or string`, `one of all, visible, hidden`. */
function typeOf(json: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(json.enum)) return `one of ${json.enum.map((value) => code(String(value))).join(', ')}`
  if (Array.isArray(json.anyOf)) return json.anyOf.map(typeOf).join(' or ')
  return String(json.type)
}

function errorSection(method: Method): string[] {
  const shared = 'any call may be answered with one of the [shared errors](../errors.md).'
  if (method.errors.length === 0) return [`None of its own; ${shared}`]
  const rows = method.errors.map((error) => [code(error), meaningOf(method, error)])
  return [table(['Code', 'When'], rows), `Beside these, ${shared}`]
}

function meaningOf({ unreachable }: Method, error: ErrorCode): string {
  const reason = unreachable?.[error]
  return reason === undefined ? ERRORS[error] : `${ERRORS[error]} Never answered: ${reason}`
}

function renderExample(method: Method, example: Example): string {
  return [
    `### ${example.title}`,
    fenced('sh', curlLine(method, example)),
    'The answer has at least:',
    fenced('json', JSON.stringify(example.answer, null, 2)),
  ].join('\n\n')
}

function renderErrors(methods: readonly Method[]): string {
  const shared = PIPELINE_ERRORS.map((error) => [code(error), ERRORS[error]])
  const own = [...new Set(methods.flatMap((method) => method.errors))].sort().map((error) => [
    code(error),
    ERRORS[error],
    methods
      .filter(({ errors }) => errors.includes(error))
      .map(linkTo)
      .join(', '),
  ])
  return page([
    '# Errors',
    'An answer that is no success is `{"ok":false,"error":"CODE"}`, with HTTP 200 but for `ratelimited` (429), `request_timeout` (408) and `service_unavailable` (503). The header `x-slack-failure` repeats the code. `response_metadata.messages` says in words what was wrong.',
    '## Shared by all methods',
    'In the order of the checks.',
    table(['Code', 'When'], [[code('unknown_method'), ERRORS.unknown_method], ...shared]),
    '## Of single methods',
    table(['Code', 'When', 'Methods'], own),
    '## Only by a fault',
    'Slack lists these for every method. No call to this server is answered with one, unless a fault is put into its way (`/_nametag/faults` in `nametag dev`).',
    table(
      ['Code', 'Why'],
      Object.entries(ONLY_BY_FAULT).map(([error, reason]) => [code(error), reason]),
    ),
  ])
}

function linkTo(method: Method): string {
  return `[${method.name}](${pathOf(method)})`
}

function renderIndex(methods: readonly Method[]): string {
  return page([
    '# Reference',
    'Every method stands at `/api/METHOD`. The [errors](errors.md) have a page of their own.',
    table(
      ['Method', 'What it does'],
      methods.map((method) => [linkTo(method), method.summary]),
    ),
  ])
}

function page(blocks: readonly string[]): string {
  return `${[MADE, ...blocks].join('\n\n')}\n`
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

function code(text: string): string {
  return `\`${text}\``
}
