import { CLIENT_COMMANDS } from './client-commands.ts'
import { OPERATOR_COMMANDS } from './operator-commands.ts'
import { SETTINGS_COMMANDS } from './settings-commands.ts'
import {
  DATABASE_URL,
  JSON_OUT,
  LOG_RETENTION,
  PUBLIC_URL,
  SERVER_DATA,
  SMTP_URL,
  TEAM,
  TOKEN_KEY,
} from './store-flags.ts'

/** One flag of a command: help, environment variables and checks are made from it. */
export interface Flag {
  readonly name: string
  /** Stands for the value in the help; absent: a switch. */
  readonly value?: string
  readonly env?: string
  readonly default?: string
  readonly choices?: readonly string[]
  /** May be given several times; in the environment, the values stand apart as in PATH. */
  readonly many?: true
  readonly doc: string
}

export interface CommandShape {
  readonly name: string
  readonly summary: string
  readonly examples: readonly string[]
  /** What follows the command without a dash, and how many there may be. */
  readonly operands?: { readonly name: string; readonly max: number }
  readonly flags: readonly Flag[]
  readonly notes?: readonly string[]
}

const HOST: Flag = {
  name: 'host',
  value: 'ADDRESS',
  env: 'NAMETAG_HOST',
  default: '127.0.0.1',
  doc: 'Where to listen.',
}
const PORT: Flag = {
  name: 'port',
  value: 'NUMBER',
  env: 'NAMETAG_PORT',
  default: '4390',
  doc: '0 takes any free port.',
}
const WORKSPACE: Flag = {
  name: 'workspace',
  value: 'FILE',
  env: 'NAMETAG_WORKSPACE',
  many: true,
  doc: 'A team to begin with, as JSON; once per team.',
}
const READY_JSON: Flag = {
  name: 'json',
  env: 'NAMETAG_JSON',
  doc: 'Print one line of JSON when ready: {"url","api","pid"}.',
}

const SERVER_NOTES = [
  'The log goes to stderr; NAMETAG_LOG_LEVEL takes trace, debug, info, warn, error, fatal or silent.',
  'Ends with 0 after SIGINT or SIGTERM, 1 when it cannot start, 2 when the command is wrong.',
]

export const COMMON_FLAGS: readonly Flag[] = [
  { name: 'no-color', env: 'NO_COLOR', doc: 'Plain text, also on a terminal.' },
  { name: 'help', doc: 'Show this. Short: -h' },
]

export const COMMANDS = [
  {
    name: 'dev',
    summary: 'Run a Slack for tests on this machine, with a demo team.',
    examples: ['nametag dev', 'nametag dev --port 0 --memory --json', 'nametag dev --workspace coffee.json --fresh'],
    flags: [
      HOST,
      PORT,
      { name: 'data', value: 'DIR', env: 'NAMETAG_DATA', default: './.nametag', doc: 'Where the data is kept.' },
      { name: 'memory', env: 'NAMETAG_MEMORY', doc: 'Keep the data in memory only, instead of --data.' },
      WORKSPACE,
      { name: 'fresh', env: 'NAMETAG_FRESH', doc: 'Delete the data of the last run first.' },
      {
        name: 'rate-limits',
        value: 'on|off',
        env: 'NAMETAG_RATE_LIMITS',
        default: 'on',
        choices: ['on', 'off'],
        doc: "Whether Slack's limits refuse calls; they are counted either way.",
      },
      SMTP_URL,
      LOG_RETENTION,
      READY_JSON,
    ],
    notes: SERVER_NOTES,
  },
  {
    name: 'serve',
    summary: 'Run a durable directory of people for a team.',
    examples: [
      'nametag serve --data /var/lib/nametag',
      'nametag serve --data ./team --host 0.0.0.0 --public-url https://people.example.com',
      'nametag serve --database-url postgres://nametag@db.example.com/people --token-key /etc/nametag/token.key',
    ],
    flags: [
      HOST,
      PORT,
      { name: 'data', value: 'DIR', env: 'NAMETAG_DATA', doc: 'Where the data is kept: this or --database-url.' },
      DATABASE_URL,
      TOKEN_KEY,
      {
        name: 'shard-by-team',
        env: 'NAMETAG_SHARD_BY_TEAM',
        doc: 'With --database-url: write one team in each transaction, for databases that shard by it.',
      },
      WORKSPACE,
      PUBLIC_URL,
      {
        name: 'allow-private-webhooks',
        env: 'NAMETAG_ALLOW_PRIVATE_WEBHOOKS',
        doc: 'Let webhooks go to this machine and to private networks too.',
      },
      {
        name: 'drain-delay',
        value: 'SECONDS',
        env: 'NAMETAG_DRAIN_DELAY',
        default: '0',
        doc: 'How long to take calls after /readyz has begun to answer 503, at most 5: for load balancers.',
      },
      SMTP_URL,
      LOG_RETENTION,
      READY_JSON,
    ],
    notes: SERVER_NOTES,
  },
  {
    name: 'check-workspace',
    summary: 'Check workspace files and say everything that is wrong with them.',
    examples: ['nametag check-workspace coffee.json'],
    operands: { name: 'FILE', max: 100 },
    flags: [],
    notes: [
      'Ends with 0 when all files are right, 1 when one is not, 2 when the command is wrong.',
      'Events that are never sent here, and scopes that open nothing here, are right and told on stderr.',
    ],
  },
  {
    name: 'token create',
    summary: 'Make a token and print it, this once.',
    examples: [
      'nametag token create --data ./team --user U0ADA00001 --scopes users.profile:read,users.profile:write',
      'nametag token create --data ./team --user U0ADA00001 --scopes users:read --expires-in 30d --json',
      'nametag token create --database-url postgres://nametag@db.example.com/people --user U0ADA00001 --scopes users:read',
    ],
    flags: [
      SERVER_DATA,
      DATABASE_URL,
      TOKEN_KEY,
      { name: 'user', value: 'U…', env: 'NAMETAG_USER', doc: 'Whom the token acts as. Needed.' },
      TEAM,
      { name: 'app', value: 'A…', env: 'NAMETAG_APP', doc: 'The app that the token is for.' },
      { name: 'scopes', value: 'a,b', env: 'NAMETAG_SCOPES', doc: 'What the token may do. Needed.' },
      {
        name: 'kind',
        value: 'KIND',
        env: 'NAMETAG_KIND',
        default: 'user',
        choices: ['user', 'bot', 'app', 'workspace'],
        doc: 'user (xoxp-), bot (xoxb-), app (xapp-) or workspace (xoxa-).',
      },
      {
        name: 'expires-in',
        value: 'TIME',
        env: 'NAMETAG_EXPIRES_IN',
        doc: 'Such as 30d, 12h, 90m or 3600s; left out: never.',
      },
      JSON_OUT,
    ],
    notes: ['Ends with 0 when the token is made, 1 when it cannot be, 2 when the command is wrong.'],
  },
  {
    name: 'token list',
    summary: 'List tokens, newest first, without the tokens themselves.',
    examples: ['nametag token list --data ./team'],
    flags: [SERVER_DATA, DATABASE_URL, TOKEN_KEY, TEAM, JSON_OUT],
    notes: ['Ends with 0 when listed, 1 when the data cannot be read, 2 when the command is wrong.'],
  },
  {
    name: 'token revoke',
    summary: 'Revoke a token by the id that "token list" shows.',
    examples: ['nametag token revoke T0COFFEE1-1 --data ./team'],
    operands: { name: 'ID', max: 1 },
    flags: [SERVER_DATA, DATABASE_URL, TOKEN_KEY, TEAM, JSON_OUT],
    notes: [
      'Without --team, one team after the other is asked: of very many, name it.',
      'Ends with 0 when revoked, 1 when no token has this id, 2 when the command is wrong.',
    ],
  },
  ...SETTINGS_COMMANDS,
  ...OPERATOR_COMMANDS,
  ...CLIENT_COMMANDS,
] as const satisfies readonly CommandShape[]

export type CommandName = (typeof COMMANDS)[number]['name']
