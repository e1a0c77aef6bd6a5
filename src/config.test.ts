import assert from 'node:assert/strict'
import { delimiter } from 'node:path'
import { test } from 'node:test'
import type { Env } from './cli/read-flags.ts'
import { readConfig } from './config.ts'

const AROUND = { color: true, logLevel: 'warn' }
const FOLDER = { in: 'folder', folder: 'd' }
const URL = 'postgres://ada:secret@db.example.com/people'
const DATABASE = { in: 'database', url: URL, tokenKey: './token.key' }
const DEV = {
  run: 'dev',
  ...AROUND,
  host: '127.0.0.1',
  port: 4390,
  data: './.nametag',
  workspaces: [],
  fresh: false,
  rateLimits: true,
  smtp: null,
  logRetentionMs: 2_592_000_000,
  json: false,
}
const SERVE = {
  run: 'serve',
  color: true,
  logLevel: 'info',
  host: '127.0.0.1',
  port: 4390,
  place: FOLDER,
  shardByTeam: false,
  workspaces: [],
  publicUrl: null,
  allowPrivateWebhooks: false,
  drainDelayMs: 0,
  smtp: null,
  logRetentionMs: 2_592_000_000,
  json: false,
}
const SMTP = { host: 'mail.example.com', port: 587, secure: false, auth: undefined, from: 'hr@example.com' }
const CREATE = {
  run: 'token create',
  ...AROUND,
  place: FOLDER,
  user: 'U01',
  team: null,
  app: null,
  scopes: ['users:read'],
  kind: 'user',
  expiresInSeconds: null,
  json: false,
}

const BACKUP = { run: 'backup', ...AROUND, folder: 'd', to: 'f', withKey: false, force: false, json: false }
const IMPORT = {
  run: 'import',
  ...AROUND,
  file: 'f',
  place: FOLDER,
  fresh: false,
  withoutTokens: false,
  json: false,
}
const DOCTOR = { run: 'doctor', ...AROUND, place: null, publicUrl: null, smtp: null, json: false }
const RESTORE = {
  run: 'restore',
  ...AROUND,
  file: 'f',
  folder: 'd',
  fresh: false,
  tokenKey: null,
  withoutTokens: false,
  json: false,
}

const TOKEN = { NAMETAG_TOKEN: 't' }
const CLIENT = {
  ...AROUND,
  apiUrl: 'http://127.0.0.1:4390/api/',
  token: { from: 'environment', name: 'NAMETAG_TOKEN', token: 't' },
  json: false,
}
const GET = { run: 'profile get', ...CLIENT, user: null, labels: false }
const SYNC = {
  run: 'sync',
  ...CLIENT,
  file: 'p.csv',
  dryRun: false,
  yes: false,
  key: null,
  map: [],
  clearEmpty: false,
  abortOverPercent: null,
  state: 'p.csv.nametag-sync',
  report: null,
}

const UNDERSTOOD: readonly (readonly [line: string, config: object, env?: Env])[] = [
  ['dev', DEV],
  ['dev --port 0 --json --fresh', { ...DEV, port: 0, json: true, fresh: true }],
  ['dev --port=81 --host ::1', { ...DEV, port: 81, host: '::1' }],
  ['dev --memory', { ...DEV, data: null }],
  ['dev --data there', { ...DEV, data: 'there' }],
  ['dev --workspace a.json --workspace b.json', { ...DEV, workspaces: ['a.json', 'b.json'] }],
  ['dev --rate-limits off', { ...DEV, rateLimits: false }],
  ['dev --no-color', { ...DEV, color: false }],
  ['dev', { ...DEV, color: false }, { NO_COLOR: '1' }],
  ['dev', DEV, { NO_COLOR: '' }],
  ['dev', { ...DEV, color: false }, { TERM: 'dumb' }],
  ['dev', { ...DEV, port: 5 }, { NAMETAG_PORT: '5' }],
  ['dev --port 6', { ...DEV, port: 6 }, { NAMETAG_PORT: '5' }],
  ['dev', { ...DEV, data: null }, { NAMETAG_MEMORY: '1', NAMETAG_DATA: 'd' }],
  ['dev --data e', { ...DEV, data: 'e' }, { NAMETAG_MEMORY: '1' }],
  ['dev --memory', { ...DEV, data: null }, { NAMETAG_DATA: 'd' }],
  ['dev', DEV, { NAMETAG_MEMORY: 'no', NAMETAG_FRESH: '0', NAMETAG_JSON: 'false' }],
  ['dev', { ...DEV, workspaces: ['a', 'b'] }, { NAMETAG_WORKSPACE: `a${delimiter}b` }],
  ['dev', { ...DEV, logLevel: 'debug' }, { NAMETAG_LOG_LEVEL: 'debug' }],
  ['serve --data d', SERVE],
  ['serve', SERVE, { NAMETAG_DATA: 'd' }],
  [`serve --database-url ${URL}`, { ...SERVE, place: DATABASE }],
  [
    'serve',
    { ...SERVE, place: { ...DATABASE, tokenKey: '/k' } },
    { NAMETAG_DATABASE_URL: URL, NAMETAG_TOKEN_KEY: '/k' },
  ],
  [`serve --database-url ${URL}`, { ...SERVE, place: DATABASE }, { NAMETAG_DATA: 'd' }],
  ['serve --data d', SERVE, { NAMETAG_DATABASE_URL: URL }],
  [
    `serve --database-url ${URL} --token-key k --shard-by-team`,
    { ...SERVE, place: { ...DATABASE, tokenKey: 'k' }, shardByTeam: true },
  ],
  ['serve --data d --public-url https://people.example.com/', { ...SERVE, publicUrl: 'https://people.example.com' }],
  ['serve --data d --allow-private-webhooks', { ...SERVE, allowPrivateWebhooks: true }],
  ['serve --data d --drain-delay 5', { ...SERVE, drainDelayMs: 5000 }],
  ['serve --data d', { ...SERVE, drainDelayMs: 2000 }, { NAMETAG_DRAIN_DELAY: '2' }],
  ['serve --data d', { ...SERVE, allowPrivateWebhooks: true }, { NAMETAG_ALLOW_PRIVATE_WEBHOOKS: '1' }],
  ['serve --data d --smtp-url smtp://mail.example.com?from=hr@example.com', { ...SERVE, smtp: SMTP }],
  ['serve --data d', { ...SERVE, smtp: SMTP }, { NAMETAG_SMTP_URL: 'smtp://mail.example.com?from=hr@example.com' }],
  ['dev --smtp-url smtp://mail.example.com?from=hr@example.com', { ...DEV, smtp: SMTP }],
  ['serve --data d --log-retention 1d', { ...SERVE, logRetentionMs: 86_400_000 }],
  ['dev', { ...DEV, logRetentionMs: 172_800_000 }, { NAMETAG_LOG_RETENTION: '48h' }],
  ['check-workspace a b', { run: 'check-workspace', ...AROUND, files: ['a', 'b'] }],
  ['token create --data d --user U01 --scopes users:read', CREATE],
  ['token create', CREATE, { NAMETAG_DATA: 'd', NAMETAG_USER: 'U01', NAMETAG_SCOPES: 'users:read' }],
  [`token create --database-url ${URL} --user U01 --scopes users:read`, { ...CREATE, place: DATABASE }],
  ['token create --data d --user U01 --scopes users:read --expires-in 30d', { ...CREATE, expiresInSeconds: 2_592_000 }],
  [
    'token create --data d --user U01 --scopes a,b, --kind bot --team T01 --app A01 --expires-in 90s',
    { ...CREATE, scopes: ['a', 'b'], kind: 'bot', team: 'T01', app: 'A01', expiresInSeconds: 90 },
  ],
  ['token list --data d --json', { run: 'token list', ...AROUND, place: FOLDER, team: null, json: true }],
  [
    'token revoke Tk1 --data d',
    { run: 'token revoke', ...AROUND, place: FOLDER, team: null, tokenId: 'Tk1', json: false },
  ],
  ['migrate --data d', { run: 'migrate', ...AROUND, place: FOLDER, check: false, json: false }],
  [
    `migrate --database-url ${URL} --check --json`,
    { run: 'migrate', ...AROUND, place: { ...DATABASE, tokenKey: '' }, check: true, json: true },
  ],
  ['backup --data d --to f', BACKUP],
  [
    'backup --to f --with-key --force --json',
    { ...BACKUP, withKey: true, force: true, json: true },
    { NAMETAG_DATA: 'd' },
  ],
  ['restore f --data d', RESTORE],
  [
    'restore f --data d --fresh --token-key k --without-tokens',
    { ...RESTORE, fresh: true, tokenKey: 'k', withoutTokens: true },
  ],
  ['restore f --data d', RESTORE, { NAMETAG_FRESH: '1', NAMETAG_TOKEN_KEY: 'k' }],
  ['export --data d --to f', { run: 'export', ...AROUND, place: FOLDER, to: 'f', force: false, json: false }],
  [
    'export --to f --force',
    { run: 'export', ...AROUND, place: { ...DATABASE, tokenKey: '' }, to: 'f', force: true, json: false },
    { NAMETAG_DATABASE_URL: URL },
  ],
  ['import f --data d', IMPORT],
  [
    `import f --database-url ${URL} --token-key k --fresh --without-tokens --json`,
    { ...IMPORT, place: { ...DATABASE, tokenKey: 'k' }, fresh: true, withoutTokens: true, json: true },
  ],
  ['doctor', DOCTOR],
  ['doctor --data d --json', { ...DOCTOR, place: FOLDER, json: true }],
  [
    'doctor --public-url http://a.example/',
    { ...DOCTOR, place: DATABASE, publicUrl: 'http://a.example' },
    { NAMETAG_DATABASE_URL: URL },
  ],
  ['doctor --smtp-url smtp://mail.example.com?from=hr@example.com', { ...DOCTOR, smtp: SMTP }],
  ['profile get', GET, TOKEN],
  ['profile get', { ...GET, token: { from: 'environment', name: 'SLACK_TOKEN', token: 's' } }, { SLACK_TOKEN: 's' }],
  ['profile get', { ...GET, token: { from: 'home', path: '/c/nametag/token' } }, { XDG_CONFIG_HOME: '/c' }],
  ['profile get', { ...GET, token: { from: 'home', path: '/h/.config/nametag/token' } }, { HOME: '/h' }],
  ['profile get --token-file -', { ...GET, token: { from: 'stdin' } }, TOKEN],
  ['profile get --token-file f', { ...GET, token: { from: 'file', path: 'f' } }, TOKEN],
  ['profile get U01 --labels --json', { ...GET, user: 'U01', labels: true, json: true }, TOKEN],
  ['profile get --api-url https://slack.com/api', { ...GET, apiUrl: 'https://slack.com/api/' }, TOKEN],
  ['profile get', { ...GET, apiUrl: 'https://a.example/api/' }, { ...TOKEN, NAMETAG_API_URL: 'https://a.example/api' }],
  [
    'profile set title=a=b --user U01 --field Xf01=c --field Role= --json-profile -',
    {
      ...CLIENT,
      run: 'profile set',
      user: 'U01',
      pairs: [['title', 'a=b']],
      fields: [
        ['Xf01', 'c'],
        ['Role', ''],
      ],
      jsonProfile: '-',
    },
    TOKEN,
  ],
  [
    'status set Lunch --emoji taco --until 13:30',
    { ...CLIENT, run: 'status set', user: null, text: 'Lunch', emoji: ':taco:', until: { until: '13:30' } },
    TOKEN,
  ],
  [
    'status set Lunch --until 13:30',
    { ...CLIENT, run: 'status set', user: null, text: 'Lunch', emoji: '', until: { until: '13:30' } },
    { ...TOKEN, NAMETAG_FOR: '2h' },
  ],
  ['status clear --user U01', { ...CLIENT, run: 'status clear', user: 'U01' }, TOKEN],
  ['sync p.csv', SYNC, TOKEN],
  [
    'sync p.csv --dry-run --yes --key id --map A=title --map B= --clear-empty --abort-over 20% --state s --report r',
    {
      ...SYNC,
      dryRun: true,
      yes: true,
      key: 'id',
      map: ['A=title', 'B='],
      clearEmpty: true,
      abortOverPercent: 20,
      state: 's',
      report: 'r',
    },
    TOKEN,
  ],
  ['sync -', { ...SYNC, file: '-', state: null }, TOKEN],
  ['completion zsh', { run: 'completion', ...AROUND, shell: 'zsh' }],
  ['--version', { run: 'version' }],
]

for (const [line, config, env = {}] of UNDERSTOOD) {
  test(`${line} ${JSON.stringify(env)}`, () => assert.deepEqual(readConfig(line.split(' '), env), config))
}
