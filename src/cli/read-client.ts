import type { ClientCommand, ClientSurroundings, Pair, StatusSet, Sync } from './client-command.ts'
import { SHELLS } from './client-command.ts'
import type { CLIENT_COMMANDS } from './client-commands.ts'
import type { Surroundings } from './command.ts'
import type { Env, FlagValues } from './read-flags.ts'
import { tokenSource } from './token-store.ts'
import { Wrong } from './wrong.ts'

export type ClientCommandName = (typeof CLIENT_COMMANDS)[number]['name']

/** Reads one of the commands that call an API. */
export function readClientCommand(
  name: ClientCommandName,
  values: FlagValues,
  env: Env,
  around: Surroundings,
): ClientCommand {
  if (name === 'completion') return { run: name, ...around, shell: readShell(values) }
  const client = { ...around, ...readClient(values, env) }
  const user = values.text('user') ?? null
  switch (name) {
    case 'profile get':
      return { run: name, ...client, user: values.operands[0] ?? null, labels: values.isOn('labels') }
    case 'profile set':
      return { run: name, ...client, user, ...readPairs(values) }
    case 'status set':
      return { run: name, ...client, user, ...readStatus(values) }
    case 'status clear':
      return { run: name, ...client, user }
    case 'sync':
      return { run: name, ...client, ...readSync(values) }
    case 'mcp':
      return { run: name, ...around, ...readMcp(client) }
    default:
      return name satisfies never
  }
}

function readClient(values: FlagValues, env: Env): Omit<ClientSurroundings, keyof Surroundings> {
  const text = values.text('api-url') ?? ''
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password) {
    throw new Wrong('--api-url must be a URL such as https://slack.com/api/')
  }
  const apiUrl = url.href.endsWith('/') ? url.href : `${url.href}/`
  return { apiUrl, token: tokenSource(values.text('token-file'), env), json: values.isOn('json') }
}

/** Its stdin belongs to the agent. */
function readMcp({ apiUrl, token }: ClientSurroundings): Pick<ClientSurroundings, 'apiUrl' | 'token'> {
  if (token.from === 'stdin') throw new Wrong('the token cannot come from stdin here, since the agent speaks there')
  return { apiUrl, token }
}

function readPairs(values: FlagValues) {
  const jsonProfile = values.text('json-profile') ?? null
  const pairs = values.operands.map((text) => pairOf(text, 'KEY=VALUE'))
  const fields = values.all('field').map((text) => pairOf(text, '--field "FIELD=VALUE"'))
  if (pairs.length + fields.length === 0 && jsonProfile === null) {
    throw new Wrong('what is to be set? Give KEY=VALUE, such as title=Barista')
  }
  if (jsonProfile === '-' && values.text('token-file') === '-') {
    throw new Wrong('only one of --json-profile and --token-file can be read from stdin')
  }
  return { pairs, fields, jsonProfile }
}

function pairOf(text: string, form: string): Pair {
  const at = text.indexOf('=')
  if (at < 1) throw new Wrong(`"${text}" must be ${form}`)
  return [text.slice(0, at).trim(), text.slice(at + 1)]
}

function readStatus(values: FlagValues): Pick<StatusSet, 'text' | 'emoji' | 'until'> {
  const text = values.operands[0] ?? ''
  const emoji = values.text('emoji') ?? ''
  if (text === '' && emoji === '') {
    throw new Wrong('which status? Give a text, --emoji, or both; "nametag status clear" takes it away')
  }
  const lasts = textUnless('until', 'for', values)
  const until = textUnless('for', 'until', values)
  if (lasts !== undefined && until !== undefined) throw new Wrong('choose one of --for and --until')
  return {
    text,
    // `train` is meant as `:train:`: no emoji has another form.
    emoji: emoji === '' || emoji.startsWith(':') ? emoji : `:${emoji}:`,
    until: lasts !== undefined ? { for: lasts } : until !== undefined ? { until } : null,
  }
}

/** What was typed beats the environment, also where that sets the other one of the two. */
function textUnless(other: 'for' | 'until', name: 'for' | 'until', values: FlagValues): string | undefined {
  return values.isGiven(other) && !values.isGiven(name) ? undefined : values.text(name)
}

function readSync(values: FlagValues): Omit<Sync, 'run' | keyof ClientSurroundings> {
  const [file] = values.operands
  if (file === undefined) throw new Wrong('which file? Give the CSV, such as people.csv')
  const key = values.text('key') ?? null
  if (key !== null && key !== 'email' && key !== 'id') throw new Wrong('--key must be email or id')
  const state = values.text('state') ?? null
  if (file === '-' && values.text('token-file') === '-') {
    throw new Wrong('only one of the CSV and --token-file can be read from stdin')
  }
  return {
    file,
    dryRun: values.isOn('dry-run'),
    yes: values.isOn('yes'),
    key,
    map: values.all('map'),
    clearEmpty: values.isOn('clear-empty'),
    abortOverPercent: readPercent(values.text('abort-over')),
    state: state ?? (file === '-' ? null : `${file}.nametag-sync`),
    report: values.text('report') ?? null,
  }
}

function readPercent(text: string | undefined): number | null {
  if (text === undefined) return null
  const [, number] = /^(\d{1,3}(?:\.\d{1,3})?)%?$/.exec(text) ?? []
  if (number === undefined || Number(number) > 100) throw new Wrong('--abort-over must be a percentage such as 20%')
  return Number(number)
}

function readShell(values: FlagValues) {
  const shell = SHELLS.find((known) => known === values.operands[0])
  if (shell === undefined) throw new Wrong(`for which shell? ${SHELLS.join(', ')}`)
  return shell
}
