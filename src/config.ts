import type { Command, Config, Dev, Surroundings, TokenCreate, UsageError } from './cli/command.ts'
import { LOG_LEVELS } from './cli/command.ts'
import { COMMANDS, type CommandName } from './cli/commands.ts'
import { helpFor, overview } from './cli/help.ts'
import { readClientCommand } from './cli/read-client.ts'
import { readExpiresIn, readLogRetention } from './cli/read-durations.ts'
import { type Env, type FlagValues, readFlags } from './cli/read-flags.ts'
import { isOperatorCommand, readOperatorCommand } from './cli/read-operator.ts'
import { readPlace } from './cli/read-place.ts'
import { readSettingsCommand } from './cli/read-settings.ts'
import { readPublicUrl, readSmtp } from './cli/read-urls.ts'
import { isSettingsCommand } from './cli/settings-commands.ts'
import { Wrong } from './cli/wrong.ts'
import { didYouMean } from './did-you-mean.ts'
import { TOKEN_KINDS } from './domain/grant.ts'

/** With it the end still comes within 10 s, which is what Docker waits for. */
const DRAIN_DELAY_SECONDS_MAX = 5

/** First words that need a second one: `token create`. */
const GROUPS: ReadonlyMap<string, readonly string[]> = groupsOf(COMMANDS.map(({ name }) => name))

/** Turns what was typed, and the environment, into one command with every value checked. Nothing else reads either. */
export function readConfig(argv: readonly string[], env: Env = process.env): Config {
  const [first, ...others] = argv
  if (first === undefined || first === '-h' || first === '--help') return { run: 'help', text: overview() }
  if (first === '-v' || first === '--version') return { run: 'version' }
  if (first === 'help') return others.length === 0 ? readConfig([], env) : readConfig([...others, '--help'], env)

  const words = GROUPS.has(first) ? 2 : 1
  const name = argv.slice(0, words).join(' ')
  const command = COMMANDS.find((known) => known.name === name)
  if (!command) return wrongCommand(name)

  const values = readFlags(command, argv.slice(words), env)
  if (typeof values === 'string') return wrong(values, command.name)
  if (values.isOn('help')) return { run: 'help', text: helpFor(command) }
  try {
    return readCommand(command.name, values, env)
  } catch (error) {
    if (error instanceof Wrong) return wrong(error.message, command.name)
    throw error
  }
}

function wrongCommand(name: string): Config {
  if (name.startsWith('-')) return wrong(`the command comes first, then ${name}`)
  const [first = '', second = '-'] = name.split(' ')
  const does = GROUPS.get(first)
  if (does && second.startsWith('-')) return wrong(`${first} needs to know what to do: ${listed(does)}`)
  const known = [...COMMANDS.map((command) => command.name), ...GROUPS.keys()]
  return wrong(`there is no command "${name}"${didYouMean(name, known)}`)
}

function wrong(sentence: string, command?: string): UsageError {
  return { run: 'usage-error', sentence: `nametag: ${sentence}\nTry: nametag ${command ? `${command} ` : ''}--help` }
}

function groupsOf(names: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const name of names) {
    const [first = '', second] = name.split(' ')
    if (second !== undefined) groups.set(first, [...(groups.get(first) ?? []), second])
  }
  return groups
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function readCommand(name: CommandName, values: FlagValues, env: Env): Command {
  const around = readSurroundings(name, values, env)
  const json = values.isOn('json')
  switch (name) {
    case 'dev':
      return {
        run: name,
        ...around,
        ...readListen(values),
        ...readDevStore(values),
        ...readDevSwitches(values),
        smtp: readSmtp(values),
        logRetentionMs: readLogRetention(needed(values, 'log-retention')),
        json,
      }
    case 'serve':
      return {
        run: name,
        ...around,
        ...readListen(values),
        place: readPlace(values),
        shardByTeam: values.isOn('shard-by-team'),
        publicUrl: readPublicUrl(values),
        allowPrivateWebhooks: values.isOn('allow-private-webhooks'),
        drainDelayMs: readDrainDelay(values),
        smtp: readSmtp(values),
        logRetentionMs: readLogRetention(needed(values, 'log-retention')),
        json,
      }
    case 'check-workspace':
      return { run: name, ...around, files: readOperands(values, 'which file is to be checked?') }
    case 'token create':
      return { run: name, ...around, place: readPlace(values), ...readNewToken(values), json }
    case 'token list':
      return { run: name, ...around, place: readPlace(values), team: values.text('team') ?? null, json }
    case 'token revoke': {
      const [tokenId = ''] = readOperands(values, 'which token? "nametag token list" shows their ids')
      if (/^xox|^xapp/.test(tokenId)) throw new Wrong('a token is revoked by its id, not by the token itself')
      return { run: name, ...around, place: readPlace(values), team: values.text('team') ?? null, tokenId, json }
    }
    default:
      if (isSettingsCommand(name)) return readSettingsCommand(name, values, around)
      if (isOperatorCommand(name)) return readOperatorCommand(name, values, around)
      return readClientCommand(name, values, env, around)
  }
}

function readSurroundings(name: CommandName, values: FlagValues, env: Env): Surroundings {
  const asked = env.NAMETAG_LOG_LEVEL || (name === 'serve' ? 'info' : 'warn')
  const logLevel = LOG_LEVELS.find((level) => level === asked)
  if (!logLevel) throw new Wrong(`NAMETAG_LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`)
  return { color: !values.isOn('no-color') && env.TERM !== 'dumb', logLevel }
}

function readListen(values: FlagValues): Pick<Dev, 'host' | 'port' | 'workspaces'> {
  const port = values.text('port') ?? ''
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Wrong('--port must be a number from 0 to 65535')
  return { host: needed(values, 'host'), port: Number(port), workspaces: values.all('workspace') }
}

function readDevStore(values: FlagValues): Pick<Dev, 'data'> {
  if (values.isGiven('data') && values.isGiven('memory')) throw new Wrong('choose one of --data and --memory')
  const inMemory = values.isOn('memory') && !values.isGiven('data')
  return { data: inMemory ? null : needed(values, 'data') }
}

function readDevSwitches(values: FlagValues): Pick<Dev, 'fresh' | 'rateLimits'> {
  const rateLimits = values.text('rate-limits')
  if (rateLimits !== 'on' && rateLimits !== 'off') throw new Wrong('--rate-limits must be on or off')
  return { fresh: values.isOn('fresh'), rateLimits: rateLimits === 'on' }
}

function readDrainDelay(values: FlagValues): number {
  const text = needed(values, 'drain-delay')
  if (!/^\d$/.test(text) || Number(text) > DRAIN_DELAY_SECONDS_MAX) {
    throw new Wrong(`--drain-delay must be a whole number of seconds from 0 to ${DRAIN_DELAY_SECONDS_MAX}`)
  }
  return Number(text) * 1000
}

function readNewToken(values: FlagValues): Omit<TokenCreate, 'run' | 'place' | 'json' | keyof Surroundings> {
  const kind = TOKEN_KINDS.find((known) => known === values.text('kind'))
  if (!kind) throw new Wrong(`--kind must be one of ${TOKEN_KINDS.join(', ')}`)
  const scopes = needed(values, 'scopes')
    .split(',')
    .filter((scope) => scope !== '')
  return {
    user: needed(values, 'user'),
    team: values.text('team') ?? null,
    app: values.text('app') ?? null,
    scopes,
    kind,
    expiresInSeconds: readExpiresIn(values.text('expires-in')),
  }
}

function needed(values: FlagValues, name: string): string {
  const value = values.text(name)
  if (value === undefined) throw new Wrong(`--${name} is needed`)
  return value
}

function readOperands(values: FlagValues, question: string): readonly string[] {
  if (values.operands.length === 0) throw new Wrong(question)
  return values.operands
}
